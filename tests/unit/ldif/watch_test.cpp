// SPDX-License-Identifier: Apache-2.0
// The live feed: our writes and an editor's changes. Waits for the feed, never for time.
#include "fixture.hpp"

namespace {

using namespace waypost;
using namespace waypost::ldif;
using namespace waypost::ldif::test;

class watch_test : public folder_test {
protected:
    void begin() {
        put(small_site);
        ASSERT_TRUE(one.start());
        ASSERT_TRUE(one.watch({}, cache.feed));
        ASSERT_TRUE(cache.wait([&] { return cache.live; }));
    }

    std::string edited(std::string_view more) const {
        std::string out(small_site);
        out += '\n';
        return out += more;
    }

    fake_feed cache;
    directory one{with(), {}};
};

constexpr std::string_view cat =
    "dn: uid=cat,o=x\nobjectClass: inetMailUser\nmail: cat@example.com\n";

TEST_F(watch_test, brings_everything_then_is_live) {
    begin();
    EXPECT_EQ(cache.cache.size(), 2U);
    EXPECT_EQ(cache.fulls, 1);
}

TEST_F(watch_test, starts_behind_a_cookie) {
    put(small_site);
    ASSERT_TRUE(one.start());
    ASSERT_TRUE(one.read({sizeof(wp_read), WP_READ_FULL, {}, 0, {}}, cache.feed));
    const auto cookie = cache.cookie;
    ASSERT_TRUE(one.watch(to_bytes(cookie), cache.feed));
    ASSERT_TRUE(cache.wait([&] { return cache.live; }));
    EXPECT_EQ(cache.commits, 1);
}

TEST_F(watch_test, has_delivered_a_write_when_it_returns) {
    begin();
    ASSERT_TRUE(add_user(one, "bob"));
    EXPECT_EQ(cache.cache["uid=bob,o=x"], "bob@example.com");
    ASSERT_TRUE(remove(one, "uid=ann,o=x"));
    EXPECT_EQ(cache.cache.count("uid=ann,o=x"), 0U);
}

TEST_F(watch_test, brings_the_difference_when_an_editor_writes_the_file) {
    begin();
    put(edited(cat));
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
    EXPECT_EQ(cache.fulls, 1);
    put(small_site);
    ASSERT_TRUE(cache.wait([&] { return !cache.cache.contains("uid=cat,o=x"); }));
}

TEST_F(watch_test, brings_the_difference_when_an_editor_replaces_the_file) {
    begin();
    put(edited(cat), ".directory.ldif.swp");
    std::filesystem::rename(folder + "/.directory.ldif.swp", file);
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
}

TEST_F(watch_test, keeps_our_writes_when_an_editor_saves_an_older_text) {
    begin();
    ASSERT_TRUE(add_user(one, "bob"));
    put(edited(cat));
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
    EXPECT_TRUE(cache.cache.contains("uid=bob,o=x"));
    one.stop();
    directory again(with(), {});
    ASSERT_TRUE(again.start());
    EXPECT_EQ(again.size(), 4U);
}

TEST_F(watch_test, keeps_the_last_good_content_when_the_file_is_broken) {
    begin();
    put(edited("dn: uid=cat,o=x\nnonsense\n"));
    put(edited("dn: uid=dan,o=x\nnonsense\n"));
    put(edited(cat));
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
    EXPECT_EQ(cache.cache.size(), 3U);
    ASSERT_TRUE(add_user(one, "bob"));
}

TEST_F(watch_test, brings_everything_again_when_the_cache_refused_a_change) {
    begin();
    {
        const std::lock_guard lock(cache.mutex);
        cache.refuse = 1;
    }
    ASSERT_TRUE(add_user(one, "bob"));
    ASSERT_TRUE(cache.wait([&] { return cache.live && cache.cache.contains("uid=bob,o=x"); }));
    EXPECT_EQ(cache.fulls, 2);
}

TEST_F(watch_test, does_not_read_a_file_that_is_being_written) {
    begin();
    {
        std::ofstream editor(file, std::ios::trunc);
        editor << "dn: o=x\nobjectClass: organization\n" << std::flush;
        // An event while the editor is at it: only half of the file is there.
        std::ofstream(file, std::ios::app).close();
        ASSERT_TRUE(add_user(one, "bob"));
        EXPECT_EQ(cache.cache.size(), 3U);
        editor << edited(cat).substr(edited(cat).find("\n\n"));
    }
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
    EXPECT_EQ(cache.cache.size(), 4U);
    EXPECT_EQ(cache.commits, 3);
}

TEST_F(watch_test, does_not_read_its_own_fold_as_an_editors_change) {
    one.set(false, {hash_method::ssha512, 0}, 1024);
    begin();
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(add_user(one, "u" + std::to_string(i)));
    put(get() + std::string(cat));
    ASSERT_TRUE(cache.wait([&] { return cache.cache.contains("uid=cat,o=x"); }));
    EXPECT_EQ(cache.fulls, 1);
    EXPECT_EQ(cache.cache.size(), 43U);
    EXPECT_EQ(cache.commits, 42);
}

} // namespace
