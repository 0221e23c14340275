// SPDX-License-Identifier: Apache-2.0
// The cache on its disk: after a restart, after a crash, damaged, full.
#include "fixture.hpp"

#include <fstream>
#include <thread>

namespace waypost::testing {
namespace {

namespace fs = std::filesystem;
using cache_files_test = cache_fixture;

TEST_F(cache_files_test, it_serves_at_once_after_a_restart) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    change({user_of("example.com", "bob")});
    const auto sequence = cache_->status().sequence;
    close();
    open();
    EXPECT_TRUE(has("ann@example.com"));
    EXPECT_TRUE(has("bob@example.com"));
    EXPECT_TRUE(cache_->is_complete());
    EXPECT_FALSE(cache_->is_live());
    EXPECT_EQ(cache_->status().sequence, sequence);
    EXPECT_EQ(cache_->progress_of("main").cookie, "c");
    change({user_of("example.com", "eve")});
    EXPECT_TRUE(has("eve@example.com"));
}

TEST_F(cache_files_test, it_opens_after_a_crash_in_the_middle_of_a_full_feed) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    // The folder as a kill would leave it: the serving generation, and a half-built one that
    // nothing names.
    const auto* feed = feed_->abi();
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_FULL, nullptr), WP_OK);
    ASSERT_EQ(give(feed, user_of("example.com", "eve")), WP_OK);
    temporary_folder copy;
    fs::copy(folder_.path() / "directory", copy.path() / "directory", fs::copy_options::recursive);
    feed->abort(feed->ctx);
    std::ofstream(copy.path() / "directory" / "CURRENT.new") << "gen-";
    directory::cache_options options;
    options.folder = copy.path() / "directory";
    auto opened = directory::cache::open(options);
    ASSERT_TRUE(opened);
    EXPECT_TRUE((*opened)->read().alias("ann@example.com").valid());
    EXPECT_FALSE((*opened)->read().alias("eve@example.com").valid());
    std::size_t count = 0;
    for (const auto& item : fs::directory_iterator(options.folder))
        count += item.is_directory();
    EXPECT_EQ(count, 1u);
}

TEST_F(cache_files_test, a_damaged_or_foreign_cache_is_built_anew) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    close();
    for (const auto& item : fs::directory_iterator(folder_.path() / "directory"))
        if (item.is_directory())
            std::ofstream(item.path() / "data.mdb", std::ios::trunc) << "nonsense";
    open();
    EXPECT_FALSE(cache_->is_complete());
    load({});
    EXPECT_TRUE(has("ann@example.com"));
}

TEST_F(cache_files_test, a_full_map_grows_while_readers_read) {
    close();
    directory::cache_options options;
    options.folder = folder_.path() / "directory";
    options.generators = {generator_.as_generator()};
    options.map_size = 256 << 10;
    auto opened = directory::cache::open(std::move(options));
    ASSERT_TRUE(opened);
    cache_ = *std::move(opened);
    ASSERT_TRUE(cache_->add_backend("main", {}));
    feed_ = std::make_unique<directory::feed>(*cache_, "main");
    change({dc_node("example.com"), user_of("example.com", "ann")});
    const auto reader = cache_->read();
    std::vector<entry> many;
    many.reserve(2000);
    for (int i = 0; i < 2000; ++i)
        many.push_back(user_of("example.com", "user" + std::to_string(i)));
    change(many);
    EXPECT_TRUE(has("user1999@example.com"));
    EXPECT_TRUE(reader.alias("ann@example.com").valid());
    EXPECT_FALSE(reader.alias("user1@example.com").valid());
}

} // namespace
} // namespace waypost::testing
