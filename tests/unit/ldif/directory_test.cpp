// SPDX-License-Identifier: Apache-2.0
// The directory as the kernel uses it: read, write, authenticate, look up.
#include "fixture.hpp"

#include <thread>

namespace {

using namespace waypost;
using namespace waypost::ldif;
using namespace waypost::ldif::test;

class directory_test : public folder_test {};

wp_read read_all(std::string_view cookie = {}) {
    return {
        sizeof(wp_read), cookie.empty() ? WP_READ_FULL : WP_READ_CHANGES, to_bytes(cookie), 0, {}};
}

TEST_F(directory_test, starts_empty_without_a_file_and_writes_one_when_it_starts_again) {
    {
        directory one(with(), {});
        ASSERT_TRUE(one.start());
        EXPECT_EQ(one.size(), 0U);
        ASSERT_TRUE(add_user(one, "ann"));
        EXPECT_EQ(get(), "");
    }
    directory again(with(), {});
    ASSERT_TRUE(again.start());
    EXPECT_EQ(again.size(), 1U);
    EXPECT_NE(get().find("dn: uid=ann,o=x"), std::string::npos);
    EXPECT_EQ(get("directory.ldif.changes").find("dn:"), std::string::npos);
}

TEST_F(directory_test, keeps_comments_and_order_of_a_person_when_it_folds) {
    put(small_site);
    {
        directory one(with(), {});
        ASSERT_TRUE(one.start());
        ASSERT_TRUE(add_user(one, "bob"));
    }
    directory again(with(), {});
    ASSERT_TRUE(again.start());
    EXPECT_TRUE(get().starts_with("version: 1\n\n# by hand\ndn: o=x\n")) << get();
}

TEST_F(directory_test, refuses_a_broken_file_with_its_name_and_line) {
    put("dn: o=x\no: x\n\ndn: o=x\no: x\n");
    directory one(with(), {});
    const auto ok = one.start();
    ASSERT_FALSE(ok);
    EXPECT_NE(ok.failure().text.find("directory.ldif: line 4:"), std::string::npos)
        << ok.failure().text;
}

TEST_F(directory_test, reads_everything_and_nothing_for_its_own_cookie) {
    put(small_site);
    directory one(with(), {});
    ASSERT_TRUE(one.start());
    fake_feed cache;
    ASSERT_TRUE(one.read(read_all(), cache.feed));
    EXPECT_EQ(cache.cache.size(), 2U);
    EXPECT_EQ(cache.cache["uid=ann,o=x"], "ann@example.com");
    const auto cookie = cache.cookie;
    ASSERT_TRUE(one.read(read_all(cookie), cache.feed));
    EXPECT_EQ(cache.fulls, 1);
    ASSERT_TRUE(remove(one, "uid=ann,o=x"));
    ASSERT_TRUE(one.read(read_all(cookie), cache.feed));
    EXPECT_EQ(cache.fulls, 2);
    EXPECT_EQ(cache.cache.size(), 1U);
}

TEST_F(directory_test, hashes_passwords_before_they_are_written) {
    put(small_site);
    directory one(with(), {});
    ASSERT_TRUE(one.start());
    ASSERT_TRUE(add_user(one, "bob", "in-the-clear"));
    EXPECT_EQ(get("directory.ldif.changes").find("in-the-clear"), std::string::npos);
    const auto outcome_of = [&](std::string_view dn, std::string_view secret) {
        const auto outcome = one.authenticate(dn, secret);
        return outcome ? WP_OK : outcome.failure().status;
    };
    EXPECT_EQ(outcome_of("UID=Bob, o=x", "in-the-clear"), WP_OK);
    EXPECT_EQ(outcome_of("uid=bob,o=x", "other"), WP_DENIED);
    EXPECT_EQ(outcome_of("uid=bob,o=x", ""), WP_DENIED);
    EXPECT_EQ(outcome_of("uid=cat,o=x", "x"), WP_NOT_FOUND);
    EXPECT_EQ(outcome_of("o=x", "x"), WP_DENIED);
    EXPECT_EQ(outcome_of("nonsense", "x"), WP_INVALID);
    EXPECT_EQ(outcome_of("uid=ann,o=x", "secret"), WP_OK);
}

TEST_F(directory_test, finds_entries_by_address_and_uid) {
    put(small_site);
    directory one(with(), {});
    ASSERT_TRUE(one.start());
    for (const std::string_view key : {"ann", "ANN@example.com"}) {
        fake_feed cache;
        ASSERT_TRUE(one.lookup(key, cache.feed));
        EXPECT_EQ(cache.cache.size(), 1U) << key;
    }
    fake_feed cache;
    ASSERT_TRUE(one.lookup("bob", cache.feed));
    EXPECT_TRUE(cache.cache.empty());
}

TEST_F(directory_test, stops_at_the_first_write_that_fails_and_tells_how_many_were_done) {
    put(small_site);
    directory one(with(), {});
    ASSERT_TRUE(one.start());
    std::array<wp_write, 3> writes{};
    const std::string_view names[] = {"uid=ann,o=x", "uid=ann,o=x", "o=x"};
    for (std::size_t i = 0; i < writes.size(); ++i) {
        writes[i].struct_size = sizeof(wp_write);
        writes[i].kind = WP_WRITE_DELETE;
        writes[i].entry.dn = to_abi(names[i]);
    }
    std::uint64_t applied = 0;
    const auto ok = one.write(writes.data(), writes.size(), applied);
    ASSERT_FALSE(ok);
    EXPECT_EQ(ok.failure().status, WP_NOT_FOUND);
    EXPECT_EQ(applied, 1U);
    EXPECT_EQ(one.size(), 1U);
}

TEST_F(directory_test, takes_writes_of_many_threads) {
    put(small_site);
    {
        directory one(with(), {});
        ASSERT_TRUE(one.start());
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&one, t] {
                for (int i = 0; i < 25; ++i)
                    EXPECT_TRUE(add_user(one, "u" + std::to_string(t) + "-" + std::to_string(i)));
            });
        for (auto& thread : threads)
            thread.join();
        EXPECT_EQ(one.size(), 102U);
    }
    directory again(with(), {});
    ASSERT_TRUE(again.start());
    EXPECT_EQ(again.size(), 102U);
}

TEST_F(directory_test, folds_when_the_changes_grow) {
    put(small_site);
    auto how = with();
    how.fold_after = 1024;
    directory one(how, {});
    ASSERT_TRUE(one.start());
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(add_user(one, "u" + std::to_string(i)));
    one.stop();
    EXPECT_NE(get().find("uid=u0,o=x"), std::string::npos);
    directory again(with(), {});
    ASSERT_TRUE(again.start());
    EXPECT_EQ(again.size(), 42U);
}

} // namespace
