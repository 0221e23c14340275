// SPDX-License-Identifier: Apache-2.0
#include "control/handlers/handlers.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::control {
namespace {

class handlers : public testing::Test {
protected:
    handlers() { add_all(calls_, from_); }
    json ask(const json& request, uid_t user = 0) {
        return json::parse(
            calls_.answer(request.dump(), {user, user, 1}, 900, [this](const json& row) {
                rows_.push_back(row);
                return true;
            }));
    }

    sources from_;
    table calls_;
    std::vector<json> rows_;
};

TEST_F(handlers, pass_edits_and_password_of_a_new_user) {
    std::string seen;
    from_.users.add = [&](const std::string& name, const edits& with,
                          std::string_view password) -> result<json> {
        seen = name + "|" + std::string(password) + "|" + with.at(0).name + "=" +
               with.at(0).values.at(0);
        EXPECT_EQ(with.at(0).what, edit::kind::add);
        return json{{"user", name}};
    };
    const json answer =
        ask({{"call", "user.add"},
             {"args",
              {{"user", "ann@example.com"},
               {"password", "s3cret"},
               {"attributes", {{{"name", "cn"}, {"values", {"Ann"}}, {"op", "add"}}}}}}});
    EXPECT_EQ(answer["ok"], true) << answer;
    EXPECT_EQ(seen, "ann@example.com|s3cret|cn=Ann");
}

TEST_F(handlers, never_repeat_a_password_in_a_refusal) {
    from_.users.add = [](const std::string&, const edits&, std::string_view) -> result<json> {
        return error{WP_EXISTS, "ann@example.com exists"};
    };
    for (const json& args : {json{{"user", "ann@example.com"}, {"password", "s3cret"}},
                             json{{"user", 1}, {"password", "s3cret"}},
                             json{{"user", "a@b"}, {"password", "s3cret"}, {"other", 1}}}) {
        const json answer = ask({{"call", "user.add"}, {"args", args}});
        EXPECT_EQ(answer["ok"], false);
        EXPECT_EQ(answer.dump().find("s3cret"), std::string::npos);
    }
}

TEST_F(handlers, refuse_missing_wrong_and_unknown_arguments) {
    from_.domains.add = [](const std::string&, const edits&, std::string_view) -> result<json> {
        return json();
    };
    for (const json& args :
         {json::object(), json{{"domain", ""}}, json{{"domain", 5}},
          json{{"domain", "a.example"}, {"attribute", json::array()}},
          json{{"domain", "a.example"}, {"attributes", {{{"name", "x"}}}}},
          json{{"domain", "a.example"}, {"attributes", {{{"name", "x"}, {"values", {1}}}}}},
          json{{"domain", "a.example"},
               {"attributes", {{{"name", "x"}, {"values", {"1"}}, {"op", "twist"}}}}}}) {
        const json answer = ask({{"call", "domain.add"}, {"args", args}});
        EXPECT_EQ(answer["error"]["status"], "invalid") << args;
    }
    for (const json& id : {json("7"), json(-1), json(1.5)}) {
        EXPECT_EQ(ask({{"call", "queue.show"}, {"args", {{"id", id}}}})["error"]["status"],
                  "invalid");
    }
}

TEST_F(handlers, stream_rows_and_then_answer) {
    from_.domains.list = [](const std::string&, const row_sink& rows) -> result<void> {
        rows({{"domain", "a.example"}});
        rows({{"domain", "b.example"}});
        return {};
    };
    EXPECT_EQ(ask({{"call", "domain.list"}})["ok"], true);
    EXPECT_EQ(rows_.size(), 2U);
}

TEST_F(handlers, keep_the_bytes_of_a_message) {
    std::string all;
    for (int value = 0; value < 256; ++value) {
        all.push_back(static_cast<char>(value));
    }
    from_.queue.content = [&](std::uint64_t,
                              const std::function<bool(std::string_view)>& piece) -> result<void> {
        piece(all);
        return {};
    };
    EXPECT_EQ(ask({{"call", "queue.content"}, {"args", {{"id", 1}}}})["ok"], true);
    const std::string text = rows_.at(0)["bytes"];
    EXPECT_EQ(text.substr(0, 0x80), all.substr(0, 0x80));
    EXPECT_EQ(text.substr(0x80, 4), "\xc2\x80\xc2\x81");
    EXPECT_EQ(text.size(), 128U + 256U);
}

TEST_F(handlers, ask_the_authorisation_before_anything_else) {
    bool ran = false;
    from_.stop = [&]() -> result<json> {
        ran = true;
        return json();
    };
    EXPECT_EQ(ask({{"call", "stop"}}, 1000)["error"]["status"], "denied");
    EXPECT_FALSE(ran);
    EXPECT_EQ(ask({{"call", "stop"}}, 900)["ok"], true);
    EXPECT_TRUE(ran);
}

TEST_F(handlers, answer_unknown_calls_missing_parts_and_faults) {
    EXPECT_EQ(ask({{"call", "domain.fly"}})["error"]["status"], "unsupported");
    EXPECT_EQ(ask({{"call", "route"}, {"args", {{"address", "a@b"}}}})["error"]["status"],
              "unsupported");
    from_.status = []() -> result<json> { throw std::runtime_error("broken"); };
    EXPECT_EQ(ask({{"call", "status"}})["error"]["status"], "bug");
}

} // namespace
} // namespace waypost::kernel::control
