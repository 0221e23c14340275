// SPDX-License-Identifier: Apache-2.0
#include "control/request.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::control {
namespace {

TEST(request, reads_call_and_arguments) {
    auto made = parse_request(R"({"call": "domain.add", "args": {"domain": "example.com"}})");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->call, "domain.add");
    EXPECT_EQ(made->args["domain"], "example.com");
    EXPECT_TRUE(parse_request(R"({"call":"status"})"));
}

TEST(request, refuses_everything_else) {
    for (const std::string_view line :
         {"", "{", "[]", "null", "\"status\"", "{}", R"({"call":""})", R"({"call":1})",
          R"({"args":{}})", R"({"call":"status","args":[]})", R"({"call":"status","more":1})",
          R"({"call":"status"} {})", "\xff\xfe"}) {
        auto made = parse_request(line);
        ASSERT_FALSE(made) << line;
        EXPECT_EQ(made.failure().status, WP_INVALID);
    }
    EXPECT_FALSE(parse_request(std::string(100'000, '[')));
}

TEST(request, answers_stay_one_line_of_json_whatever_bytes_they_hold) {
    const std::string row = encode_row({{"name", "a\nb\xff"}});
    EXPECT_EQ(row.find('\n'), row.size() - 1);
    EXPECT_TRUE(json::parse(row).contains("row"));
    const json failed = json::parse(encode_error({WP_EXISTS, "it is there"}));
    EXPECT_EQ(failed["ok"], false);
    EXPECT_EQ(failed["error"]["status"], "exists");
}

TEST(request, status_words_go_both_ways) {
    for (wp_status status = WP_OK; status <= WP_OVERQUOTA; ++status) {
        EXPECT_EQ(status_of(word_of(status)), status);
    }
    EXPECT_EQ(word_of(99), "temporary-failure");
    EXPECT_EQ(word_of(-7), "bug");
    EXPECT_EQ(status_of("strange"), WP_TEMPFAIL);
}

} // namespace
} // namespace waypost::kernel::control
