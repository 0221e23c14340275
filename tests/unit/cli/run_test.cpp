// SPDX-License-Identifier: Apache-2.0
// Command lines against a daemon that is a function.
#include "cli/client.hpp"
#include "cli/run.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace waypost::kernel::cli {
namespace {

struct outcome {
    int code;
    std::string out, err, call;
    json args;
};

outcome run_with(std::vector<const char*> words, const result<answer>& reply = answer{}) {
    outcome seen{};
    words.insert(words.begin(), "waypost");
    std::ostringstream out;
    std::ostringstream err;
    seen.code = run(static_cast<int>(words.size()), words.data(), out, err,
                    [&](const std::string& call, const json& args,
                        const std::function<void(const json&)>& row) -> result<answer> {
                        seen.call = call;
                        seen.args = args;
                        if (row && reply) {
                            for (const auto& one : reply->rows) {
                                row(one);
                            }
                        }
                        return reply;
                    });
    seen.out = out.str();
    seen.err = err.str();
    return seen;
}

TEST(run, sends_one_call_for_each_command) {
    const std::vector<std::pair<std::vector<const char*>, std::pair<std::string, json>>> cases{
        {{"status"}, {"status", json::object()}},
        {{"plugins"}, {"plugins", json::object()}},
        {{"domain", "list"}, {"domain.list", json::object()}},
        {{"domain", "show", "a.example"}, {"domain.show", {{"domain", "a.example"}}}},
        {{"domain", "remove", "a.example"}, {"domain.remove", {{"domain", "a.example"}}}},
        {{"domain", "add", "a.example"},
         {"domain.add", {{"domain", "a.example"}, {"attributes", json::array()}}}},
        {{"user", "list", "a.example"}, {"user.list", {{"domain", "a.example"}}}},
        {{"user", "add", "ann@a.example", "--no-password"},
         {"user.add", {{"user", "ann@a.example"}, {"attributes", json::array()}}}},
        {{"mailbox", "list"}, {"mailbox.list", json::object()}},
        {{"mailbox", "list", "ann@a.example"}, {"mailbox.list", {{"account", "ann@a.example"}}}},
        {{"queue", "list"}, {"queue.list", json::object()}},
        {{"queue", "show", "7"}, {"queue.show", {{"id", 7}}}},
        {{"queue", "show", "7", "--content"}, {"queue.content", {{"id", 7}}}},
        {{"route", "ann@a.example"}, {"route", {{"address", "ann@a.example"}}}},
        {{"reload"}, {"reload", json::object()}},
        {{"sync"}, {"sync", json{{"kind", "full"}}}},
        {{"stop"}, {"stop", json::object()}}};
    for (const auto& [words, expected] : cases) {
        const outcome seen = run_with(words, answer{{}, json::object()});
        EXPECT_EQ(seen.code, exit_done) << expected.first << seen.err;
        EXPECT_EQ(seen.call, expected.first);
        EXPECT_EQ(seen.args, expected.second);
    }
}

TEST(run, refuses_wrong_usage_without_asking) {
    for (const std::vector<const char*>& words : {std::vector<const char*>{},
                                                  {"fly"},
                                                  {"domain"},
                                                  {"domain", "add"},
                                                  {"domain", "set", "a.example"},
                                                  {"domain", "set", "a.example", "word"},
                                                  {"queue", "show", "x"},
                                                  {"status", "--fast"},
                                                  {"--socket", "/a", "-c", "b", "status"},
                                                  {"user", "add", "a@b", "--password", "secret"}}) {
        const outcome seen = run_with(words);
        EXPECT_EQ(seen.code, exit_usage);
        EXPECT_EQ(seen.call, "");
        EXPECT_NE(seen.err, "");
    }
}

TEST(run, tells_a_refusal_from_a_daemon_that_is_not_there) {
    const outcome refused =
        run_with({"domain", "show", "a.example"}, error{WP_NOT_FOUND, "there is no a.example"});
    EXPECT_EQ(refused.code, exit_refused);
    EXPECT_EQ(refused.err, "waypost: there is no a.example\n");
    EXPECT_EQ(run_with({"status"}, error{unreachable, "nobody there"}).code, exit_unreachable);
    EXPECT_EQ(run_with({"status"}, error{WP_STOPPING, "stopping"}).code, exit_refused);
}

TEST(run, prints_lists_as_table_and_as_json_wherever_the_flag_stands) {
    const answer rows{{{{"domain", "a.example"}, {"state", "active"}}}, json::object()};
    EXPECT_NE(run_with({"domain", "list"}, rows).out.find("a.example  active"), std::string::npos);
    EXPECT_EQ(json::parse(run_with({"--json", "domain", "list"}, rows).out), json(rows.rows));
    EXPECT_EQ(json::parse(run_with({"domain", "list", "--json"}, rows).out), json(rows.rows));
    EXPECT_EQ(run_with({"domain", "list", "--json"}, answer{{}, json::object()}).out, "[]\n");
}

TEST(run, explains_a_route) {
    const json route = json::parse(R"({"address": "ann@a.example", "verdict": "accepted",
        "steps": [{"step": "domain", "result": "hosted", "source": "dc=a", "attribute": "dc"}],
        "destinations": [{"channel": "mailbox", "address": "ann@a.example", "account": "ann@a.example", "next_hop": ""}]})");
    const outcome seen = run_with({"route", "ann@a.example"}, answer{{}, route});
    EXPECT_NE(seen.out.find("hosted"), std::string::npos);
    EXPECT_NE(seen.out.find("ann@a.example: accepted"), std::string::npos);
    EXPECT_NE(seen.out.find("mailbox"), std::string::npos);
}

TEST(run, writes_a_queued_message_byte_for_byte) {
    const answer content{{{{"bytes", "a\r\n\xc2\x80\xc3\xbf"}}}, json::object()};
    EXPECT_EQ(run_with({"queue", "show", "7", "--content"}, content).out, "a\r\n\x80\xff");
}

TEST(run, says_at_once_that_no_daemon_is_there) {
    std::ostringstream out;
    std::ostringstream err;
    const char* words[] = {"waypost", "--socket", "/nonexistent/control", "status"};
    EXPECT_EQ(run(4, words, out, err), exit_unreachable);
    EXPECT_NE(err.str().find("is waypostd running?"), std::string::npos);
}

} // namespace
} // namespace waypost::kernel::cli
