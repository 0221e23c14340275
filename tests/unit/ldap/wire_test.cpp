// SPDX-License-Identifier: Apache-2.0
// RFC 4533 on the wire, filters, and what is kept between two runs.
#include "filter.hpp"
#include "sync/cookie.hpp"
#include "wire/sync.hpp"

#include <gtest/gtest.h>

namespace waypost::ldap {
namespace {

using namespace std::string_literals;

const std::string uuid = "0123456789abcdef";

TEST(sync_request, has_mode_and_cookie) {
    EXPECT_EQ(sync_request(sync_mode::refresh_only, {}), "\x30\x03\x0a\x01\x01"s);
    EXPECT_EQ(sync_request(sync_mode::refresh_and_persist, "ab"),
              "\x30\x07\x0a\x01\x03\x04\x02"s + "ab");
}

TEST(sync_state, of_each_kind) {
    for (int kind = 0; kind <= 3; ++kind) {
        const auto value = "\x30\x15\x0a\x01"s + static_cast<char>(kind) + "\x04\x10" + uuid;
        const auto got = parse_sync_state(value);
        ASSERT_TRUE(got) << kind;
        EXPECT_EQ(static_cast<int>(got->state), kind);
        EXPECT_EQ(got->uuid, uuid);
        EXPECT_FALSE(got->cookie);
    }
    const auto with = parse_sync_state("\x30\x18\x0a\x01\x01\x04\x10"s + uuid + "\x04\x01x");
    ASSERT_TRUE(with);
    EXPECT_EQ(with->cookie, "x");
}

TEST(sync_state, refuses_what_is_none) {
    for (const auto& value : {""s, "\x30\x00"s, "\x30\x15\x0a\x01\x04\x04\x10"s + uuid,
                              "\x30\x14\x0a\x01\x01\x04\x0f"s + uuid.substr(1),
                              "\x30\x15\x0a\x01\x01\x04\x20"s + uuid, "\x30\x7f\x0a\x01\x01"s})
        EXPECT_FALSE(parse_sync_state(value)) << testing::PrintToString(value);
}

TEST(sync_done, cookie_and_flag_are_optional) {
    const auto bare = parse_sync_done("\x30\x00"s);
    ASSERT_TRUE(bare);
    EXPECT_FALSE(bare->cookie);
    EXPECT_FALSE(bare->refresh_deletes);
    const auto full = parse_sync_done("\x30\x06\x04\x01x\x01\x01\xff"s);
    ASSERT_TRUE(full);
    EXPECT_EQ(full->cookie, "x");
    EXPECT_TRUE(full->refresh_deletes);
    EXPECT_FALSE(parse_sync_done({}));
}

TEST(sync_info, each_choice) {
    auto got = parse_sync_info("\x80\x02ok"s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->what, sync_info::kind::new_cookie);
    EXPECT_EQ(got->cookie, "ok");
    got = parse_sync_info("\xa1\x00"s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->what, sync_info::kind::refresh_delete);
    EXPECT_TRUE(got->refresh_done);
    got = parse_sync_info("\xa2\x03\x01\x01\x00"s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->what, sync_info::kind::refresh_present);
    EXPECT_FALSE(got->refresh_done);
    got = parse_sync_info("\xa3\x17\x01\x01\xff\x31\x12\x04\x10"s + uuid);
    ASSERT_TRUE(got);
    EXPECT_TRUE(got->refresh_deletes);
    EXPECT_EQ(got->uuids, std::vector<std::string>{uuid});
}

TEST(sync_info, a_broken_set_names_nobody) {
    EXPECT_FALSE(parse_sync_info("\xa3\x16\x01\x01\xff\x31\x11\x04\x0f"s + uuid.substr(1)));
    EXPECT_FALSE(parse_sync_info("\xa3\x03\x01\x01\xff"s));
    EXPECT_FALSE(parse_sync_info("\xa4\x00"s));
    EXPECT_FALSE(parse_sync_info({}));
    EXPECT_FALSE(parse_sync_info("\x80\x84\x00\x02\x00\x00"s + std::string(131072, 'c')));
}

TEST(cookie, survives_itself) {
    const cookie by_sync{false, {"rid=000,csn=1", ""}};
    const auto back = decode_cookie(by_sync.encode(), 2);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->parts, by_sync.parts);
    EXPECT_FALSE(back->by_times);
    const auto times = decode_cookie(cookie{true, {"20261124120000Z"}}.encode(), 5);
    ASSERT_TRUE(times);
    EXPECT_TRUE(times->by_times);
}

TEST(cookie, of_something_else_is_none) {
    for (const auto* text : {"", "garbage", "syncrepl 3:ab", "syncrepl x:ab", "syncrepl 2:ab1:",
                             "times 1:a1:b", "syncrepl 99999999999999999999:a", "syncrepl 1"})
        EXPECT_FALSE(decode_cookie(text, 1)) << text;
    EXPECT_FALSE(decode_cookie(cookie{false, {"a"}}.encode(), 2)); // the bases changed
}

TEST(filter, no_value_ends_itself) {
    EXPECT_EQ(escaped("ann.o-b_c+d=e@example.com"), "ann.o-b_c+d=e@example.com");
    EXPECT_EQ(escaped("*)(uid=*"), "\\2a\\29\\28uid=\\2a");
    EXPECT_EQ(escaped(std::string_view("\0\\\xc3", 3)), "\\00\\5c\\c3");
    const auto filter = recipient_filter("a)(b@example.com");
    EXPECT_EQ(filter.find("a)("), std::string::npos);
    EXPECT_NE(filter.find("(uid=a\\29\\28b)"), std::string::npos);
}

} // namespace
} // namespace waypost::ldap
