// SPDX-License-Identifier: Apache-2.0
// The queue against its own table: changes in memory over checkpoints on disk must look the same as
// either alone.
#include "transfer/queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

using namespace waypost::kernel;
using namespace waypost::kernel::transfer;

namespace {

class queue_test : public testing::Test {
protected:
    queue_test() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "queue_test.XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        reopen();
    }
    ~queue_test() override {
        queue_.reset();
        std::filesystem::remove_all(folder_);
    }

    void reopen() {
        queue_.reset();
        auto table = queue_table::open(folder_, 1u << 24);
        ASSERT_TRUE(table);
        queue_ = std::make_unique<transfer::queue>(std::move(*table));
    }

    /// What a group with this one change would apply.
    void apply(log::message_id id, const envelope* what) {
        log::group group(ids_);
        if (what != nullptr)
            queue_->put(group, id, *what, false);
        else
            queue_->erase(group, id);
        std::string record = what != nullptr ? "put " : "erase ";
        record += std::to_string(id) + "\n";
        if (what != nullptr)
            encode(*what, record);
        log::record_view view;
        view.bytes = record;
        queue_->apply(++at_, std::span(&view, 1));
    }

    static envelope due_at(std::int64_t when) {
        envelope what;
        what.sender = "ann@example.com";
        auto& to = what.recipients.emplace_back();
        to.address = to.original = "bob@example.org";
        to.next_try_ns = when;
        to.channel = "smtp";
        to.next_hop = "example.org";
        return what;
    }

    std::vector<log::message_id> due(std::int64_t until, std::size_t room) const {
        return queue_->due("smtp example.org", until, room).ids;
    }

    std::filesystem::path folder_;
    std::atomic<log::message_id> ids_{1};
    std::unique_ptr<transfer::queue> queue_;
    log::position at_ = 0;
};

TEST_F(queue_test, lists_what_is_due_in_order_of_time_from_memory_and_table) {
    for (const auto& [id, when] : {std::pair{1u, 300}, {2u, 100}, {3u, 200}}) {
        const auto what = due_at(when);
        apply(id, &what);
        if (id == 2) {
            ASSERT_TRUE(queue_->checkpoint());
        }
    }
    EXPECT_EQ(due(250, 10), (std::vector<log::message_id>{2, 3}));
    EXPECT_EQ(due(1'000, 10), (std::vector<log::message_id>{2, 3, 1}));
    EXPECT_EQ(due(1'000, 1), (std::vector<log::message_id>{2}));
    EXPECT_EQ(queue_->earliest(), 100);
    EXPECT_EQ(queue_->size(), 3u);
}

TEST_F(queue_test, a_newer_time_hides_the_one_in_the_table) {
    auto what = due_at(100);
    apply(1, &what);
    ASSERT_TRUE(queue_->checkpoint());
    what = due_at(900);
    apply(1, &what);
    EXPECT_TRUE(due(500, 10).empty());
    EXPECT_EQ(queue_->earliest(), 900);
    ASSERT_TRUE(queue_->checkpoint());
    EXPECT_TRUE(due(500, 10).empty());
    EXPECT_EQ(queue_->earliest(), 900);
}

TEST_F(queue_test, an_erased_entry_is_gone_before_and_after_a_checkpoint) {
    const auto what = due_at(100);
    apply(1, &what);
    ASSERT_TRUE(queue_->checkpoint());
    apply(1, nullptr);
    EXPECT_FALSE(queue_->find(1));
    EXPECT_FALSE(queue_->earliest());
    EXPECT_EQ(queue_->size(), 0u);
    ASSERT_TRUE(queue_->checkpoint());
    reopen();
    EXPECT_FALSE(queue_->find(1));
    EXPECT_TRUE(queue_->list(0, 10).empty());
}

TEST_F(queue_test, a_checkpoint_survives_with_its_position) {
    const auto what = due_at(100);
    apply(7, &what);
    const auto at = queue_->checkpoint();
    ASSERT_TRUE(at);
    EXPECT_EQ(*at, 1u);
    reopen();
    EXPECT_EQ(queue_->applied(), 1u);
    EXPECT_EQ(queue_->size(), 1u);
    ASSERT_TRUE(queue_->find(7));
    EXPECT_EQ(queue_->find(7)->recipients.at(0).address, "bob@example.org");
}

TEST_F(queue_test, a_checkpoint_without_changes_keeps_the_position) {
    const auto what = due_at(100);
    apply(7, &what);
    ASSERT_TRUE(queue_->checkpoint());
    reopen();
    const auto at = queue_->checkpoint();
    ASSERT_TRUE(at);
    EXPECT_EQ(*at, 1u);
    EXPECT_EQ(queue_->applied(), 1u);
}

TEST_F(queue_test, held_handed_and_failed_recipients_are_never_due) {
    for (const auto state :
         {recipient_state::held, recipient_state::handed, recipient_state::failed}) {
        auto what = due_at(100);
        what.recipients[0].state = state;
        apply(1, &what);
        EXPECT_TRUE(due(1'000, 10).empty());
        EXPECT_FALSE(queue_->earliest());
        EXPECT_EQ(queue_->list(0, 10).size(), 1u);
        EXPECT_EQ(queue_->find(1)->recipients.at(0).state, state);
    }
}

TEST_F(queue_test, tells_each_destination_once_with_its_earliest_time) {
    for (const auto& [id, hop, when] : {std::tuple{1u, "a.example", 300},
                                        {2u, "b.example", 100},
                                        {3u, "a.example", 200},
                                        {4u, "a", 50}}) {
        auto what = due_at(when);
        what.recipients[0].next_hop = hop;
        apply(id, &what);
        if (id == 2) {
            ASSERT_TRUE(queue_->checkpoint());
        }
    }
    std::vector<std::pair<std::string, std::int64_t>> seen;
    queue_->destinations(
        [&](std::string_view name, std::int64_t when) { seen.emplace_back(name, when); });
    EXPECT_EQ(seen,
              (decltype(seen){{"smtp a", 50}, {"smtp a.example", 200}, {"smtp b.example", 100}}));
    const auto all = queue_->summaries();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1].messages, 2u);
    EXPECT_EQ(all[1].recipients, (state_counts{2, 0, 0, 0}));
    EXPECT_EQ(all[1].next_try_ns, 200);
}

TEST_F(queue_test, a_page_of_due_messages_tells_what_comes_behind_it) {
    for (const auto id : {1u, 2u, 3u}) {
        const auto what = due_at(100 * id);
        apply(id, &what);
    }
    auto page = queue_->due("smtp example.org", 250, 10);
    EXPECT_EQ(page.ids.size(), 2u);
    EXPECT_FALSE(page.more);
    EXPECT_EQ(page.next_ns, 300);
    page = queue_->due("smtp example.org", 250, 1);
    EXPECT_TRUE(page.more);
    EXPECT_TRUE(queue_->due("smtp example", 250, 1).ids.empty());
}

TEST_F(queue_test, recipients_at_two_destinations_are_due_at_each) {
    auto what = due_at(100);
    what.recipients.push_back(what.recipients[0]);
    what.recipients[1].next_hop = "b.example";
    what.recipients[1].next_try_ns = 200;
    apply(1, &what);
    EXPECT_EQ(due(150, 10), (std::vector<log::message_id>{1}));
    EXPECT_TRUE(queue_->due("smtp b.example", 150, 10).ids.empty());
    what.recipients.erase(what.recipients.begin());
    apply(1, &what);
    EXPECT_TRUE(due(150, 10).empty());
    EXPECT_EQ(queue_->due("smtp b.example", 250, 10).ids.size(), 1u);
}

TEST_F(queue_test, timers_come_in_order_from_memory_and_table) {
    for (const auto id : {3u, 1u, 2u}) {
        auto what = due_at(1);
        what.timer_ns = 100 * id;
        apply(id, &what);
        if (id == 1) {
            ASSERT_TRUE(queue_->checkpoint());
        }
    }
    std::int64_t next = 0;
    EXPECT_EQ(queue_->timers(250, 10, next), (std::vector<log::message_id>{1, 2}));
    EXPECT_EQ(next, 300);
    EXPECT_EQ(queue_->timers(1'000, 2, next), (std::vector<log::message_id>{1, 2}));
    EXPECT_EQ(next, 300);
    apply(3, nullptr);
    EXPECT_EQ(queue_->timers(1'000, 10, next), (std::vector<log::message_id>{1, 2}));
    EXPECT_EQ(next, never);
}

TEST_F(queue_test, the_ids_of_a_destination_come_in_pages) {
    for (const auto id : {1u, 2u, 3u}) {
        const auto what = due_at(100 * id);
        apply(id, &what);
    }
    std::string after;
    EXPECT_EQ(queue_->ids_at("smtp example.org", after, 2), (std::vector<log::message_id>{1, 2}));
    EXPECT_EQ(queue_->ids_at("smtp example.org", after, 2), (std::vector<log::message_id>{3}));
    EXPECT_TRUE(queue_->ids_at("smtp example.org", after, 2).empty());
}

} // namespace
