// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <fstream>
#include <thread>

namespace waypost::testing {
namespace {

using cache_test = cache_fixture;

TEST_F(cache_test, an_empty_cache_opens_and_finds_nothing) {
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_EQ(cache_->status().age_ns, -1);
    EXPECT_FALSE(cache_->is_complete());
    EXPECT_FALSE(cache_->is_live());
}

TEST_F(cache_test, a_full_feed_fills_domain_route_alias_and_account_rows) {
    load({dc_node("example.com"),
          user_of("example.com", "ann", {{"mailAlternateAddress", {"Anna@Example.com"}}})});
    const auto in = cache_->read();
    EXPECT_EQ(in.route("example.com").kind(), WP_ROUTE_HOSTED);
    EXPECT_EQ(in.domain("example.com").base_dn(), "o=example.com,o=isp");
    const auto row = in.alias("anna@example.com");
    ASSERT_TRUE(row.valid());
    EXPECT_EQ(row.account(), "ann@example.com");
    EXPECT_EQ(row.dn(), "uid=ann,ou=People,o=example.com,o=isp");
    EXPECT_EQ(row.attribute(), "mailAlternateAddress");
    EXPECT_EQ(in.account("ann@example.com").mail(), "ann@example.com");
    EXPECT_EQ(in.domain_of("uid=ann,ou=people,o=example.com,o=isp"), "example.com");
    EXPECT_TRUE(cache_->is_complete());
    EXPECT_TRUE(cache_->is_live());
    EXPECT_EQ(cache_->status().users, 1u);
    EXPECT_EQ(cache_->progress_of("main").cookie, "c");
}

TEST_F(cache_test, passwords_are_not_kept_in_the_cache) {
    load({dc_node("example.com"),
          user_of("example.com", "ann", {{"userPassword", {"open sesame"}}})});
    const auto in = cache_->read();
    const auto entry = in.entry("uid=ann,ou=people,o=example.com,o=isp");
    ASSERT_TRUE(entry.valid());
    EXPECT_EQ(entry.first_value("userpassword"), "");
    EXPECT_EQ(entry.bytes().find("sesame"), std::string_view::npos);
}

TEST_F(cache_test, a_changed_user_replaces_that_users_rows_and_no_others) {
    load({dc_node("example.com"), dc_node("example.org"), user_of("example.com", "ann"),
          user_of("example.com", "bob"), user_of("example.org", "ann")});
    const auto before = sequence_of("example.org");
    const auto seen = generator_.seen;
    auto ann = user_of("example.com", "ann");
    ann.values[2].second = {"anna@example.com"};
    change({ann});
    EXPECT_TRUE(has("anna@example.com"));
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_TRUE(has("bob@example.com"));
    EXPECT_TRUE(has("ann@example.org"));
    EXPECT_EQ(generator_.seen - seen, 1u);
    EXPECT_EQ(sequence_of("example.org"), before);
    EXPECT_GT(sequence_of("example.com"), before);
}

TEST_F(cache_test, R5_5_a_removed_user_is_gone_after_an_incremental_transaction) {
    load({dc_node("example.com"), user_of("example.com", "ann"), user_of("example.com", "bob")});
    change({}, {"uid=ann,ou=People,o=example.com,o=isp"});
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_FALSE(cache_->read().account("ann@example.com").valid());
    EXPECT_TRUE(has("bob@example.com"));
}

TEST_F(cache_test, a_removal_by_uuid_and_a_rename_find_the_entry) {
    auto ann = user_of("example.com", "ann");
    ann.uuid = "0123456789abcdef";
    load({dc_node("example.com"), ann});
    auto renamed = user_of("example.com", "anna");
    renamed.uuid = ann.uuid;
    change({renamed});
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_TRUE(has("anna@example.com"));
    const auto* feed = feed_->abi();
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_CHANGES, nullptr), WP_OK);
    wp_entry gone{};
    gone.uuid = to_bytes(ann.uuid);
    ASSERT_EQ(feed->removed(feed->ctx, &gone, 1, nullptr), WP_OK);
    ASSERT_EQ(feed->commit(feed->ctx, {}, nullptr), WP_OK);
    EXPECT_FALSE(has("anna@example.com"));
}

TEST_F(cache_test, an_aborted_transaction_changes_nothing) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    const auto* feed = feed_->abi();
    for (const auto kind : {WP_FEED_CHANGES, WP_FEED_FULL}) {
        ASSERT_EQ(feed->begin(feed->ctx, kind, nullptr), WP_OK);
        ASSERT_EQ(give(feed, user_of("example.com", "eve")), WP_OK);
        feed->abort(feed->ctx);
    }
    EXPECT_TRUE(has("ann@example.com"));
    EXPECT_FALSE(has("eve@example.com"));
}

TEST_F(cache_test, a_generator_that_fails_leaves_the_old_rows_serving) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    generator_.broken = true;
    EXPECT_EQ(backend_.push(feed_->abi(), WP_FEED_CHANGES, {user_of("example.com", "bob")}),
              WP_TEMPFAIL);
    EXPECT_EQ(backend_.push_all(feed_->abi()), WP_TEMPFAIL);
    EXPECT_TRUE(has("ann@example.com"));
    generator_.broken = false;
    change({user_of("example.com", "bob")});
    EXPECT_TRUE(has("bob@example.com"));
}

TEST_F(cache_test, a_removed_domain_node_takes_its_rows_with_it) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    change({}, {"dc=example,dc=com,o=internet"});
    const auto in = cache_->read();
    EXPECT_FALSE(in.route("example.com").valid());
    EXPECT_FALSE(in.alias("ann@example.com").valid());
    EXPECT_FALSE(in.account("ann@example.com").valid());
}

TEST_F(cache_test, a_domain_whose_node_comes_after_its_users_gets_them) {
    load({user_of("example.com", "ann")});
    EXPECT_FALSE(has("ann@example.com"));
    change({dc_node("example.com")});
    EXPECT_TRUE(has("ann@example.com"));
}

TEST_F(cache_test, a_nested_domain_takes_its_users_from_the_outer_one_and_gives_them_back) {
    const entry outer{"dc=example,dc=com", {{"objectClass", {"mailDomain"}}}, {}};
    const entry inner{"dc=sub,dc=example,dc=com", {{"objectClass", {"mailDomain"}}}, {}};
    const entry ann{
        "uid=ann,dc=sub,dc=example,dc=com", {{"uid", {"ann"}}, {"mail", {"ann@example.com"}}}, {}};
    load({outer, ann});
    EXPECT_EQ(cache_->read().alias("ann@example.com").account(), "ann@example.com");
    change({inner});
    EXPECT_EQ(cache_->read().alias("ann@example.com").account(), "ann@sub.example.com");
    change({}, {inner.dn});
    EXPECT_EQ(cache_->read().alias("ann@example.com").account(), "ann@example.com");
    EXPECT_FALSE(cache_->read().account("ann@sub.example.com").valid());
}

TEST_F(cache_test, R4_3_schema_2_and_organisational_layouts_are_found) {
    const entry schema2{"o=sesta,o=isp",
                        {{"objectClass", {"sunManagedOrganization", "mailDomain"}},
                         {"sunPreferredDomain", {"sesta.com"}},
                         {"associatedDomain", {"sesta.com", "sesta.net"}}},
                        {}};
    const entry organisational{
        "ou=sales,o=acme",
        {{"objectClass", {"mailDomain"}}, {"associatedDomain", {"acme.com"}}},
        {}};
    const entry ann{
        "uid=ann,ou=people,o=sesta,o=isp", {{"uid", {"ann"}}, {"mail", {"ann@sesta.com"}}}, {}};
    const entry bob{"uid=bob,ou=sales,o=acme", {{"uid", {"bob"}}, {"mail", {"bob@acme.com"}}}, {}};
    load({schema2, organisational, ann, bob});
    const auto in = cache_->read();
    EXPECT_EQ(in.route("sesta.net").target(), "sesta.com");
    EXPECT_EQ(in.domain("sesta.net").alias_of(), "sesta.com");
    EXPECT_EQ(in.alias("ann@sesta.com").account(), "ann@sesta.com");
    EXPECT_EQ(in.alias("bob@acme.com").account(), "bob@acme.com");
}

TEST_F(cache_test, the_organization_trees_value_wins_over_the_dc_trees) {
    load({dc_node("example.com", {{"mailDomainStatus", {"active"}}, {"mailQuota", {"5M"}}}),
          {"o=example.com,o=isp",
           {{"objectClass", {"organization"}}, {"mailDomainStatus", {"hold"}}},
           {}}});
    EXPECT_EQ(cache_->read().domain("example.com").status(), directory::state::hold);
    EXPECT_EQ(cache_->read().route("example.com").status(), directory::state::hold);
    EXPECT_EQ(cache_->read().domain("example.com").quota_bytes(), 5 << 20);
    // A change of the organization's node alone reaches the domain that points to it.
    change({{"o=example.com,o=isp",
             {{"objectClass", {"organization"}}, {"mailDomainStatus", {"deleted"}}},
             {}}});
    EXPECT_EQ(cache_->read().route("example.com").status(), directory::state::deleted);
}

TEST_F(cache_test, readers_finish_on_the_old_generation_and_its_folder_goes_with_the_last_one) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    auto old = std::make_unique<directory::reader>(cache_->read());
    const auto row = old->alias("ann@example.com");
    backend_.entries.erase("uid=ann,ou=people,o=example.com,o=isp");
    load({user_of("example.com", "bob")});
    EXPECT_EQ(row.account(), "ann@example.com");
    EXPECT_TRUE(old->alias("ann@example.com").valid());
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_TRUE(has("bob@example.com"));
    EXPECT_EQ(folders(), 2u);
    old.reset();
    while (folders() > 1)
        std::this_thread::yield();
    EXPECT_TRUE(has("bob@example.com"));
}

TEST_F(cache_test, changes_during_a_full_feed_are_in_the_next_generation_too) {
    load({dc_node("example.com"), user_of("example.com", "ann"), user_of("example.com", "bob")});
    const auto* full = feed_->abi();
    ASSERT_EQ(full->begin(full->ctx, WP_FEED_FULL, nullptr), WP_OK);
    for (const auto& [dn, item] : backend_.entries)
        ASSERT_EQ(give(full, item), WP_OK);
    directory::feed live(*cache_, "main", true);
    ASSERT_EQ(backend_.push(live.abi(), WP_FEED_CHANGES, {user_of("example.com", "eve")},
                            {user_of("example.com", "bob").dn}),
              WP_OK);
    EXPECT_TRUE(has("eve@example.com"));
    const auto before = cache_->status().generation;
    ASSERT_EQ(full->commit(full->ctx, to_bytes("c2"), nullptr), WP_OK);
    EXPECT_GT(cache_->status().generation, before);
    EXPECT_TRUE(has("ann@example.com"));
    EXPECT_TRUE(has("eve@example.com"));
    EXPECT_FALSE(has("bob@example.com"));
}

TEST_F(cache_test, R4_7_a_full_feed_of_one_backend_keeps_the_entries_of_the_others) {
    ASSERT_TRUE(cache_->add_backend("customer", {"o=customer.com,o=isp"}));
    load({dc_node("example.com"), dc_node("customer.com"), user_of("example.com", "ann")});
    directory::feed other(*cache_, "customer");
    ASSERT_EQ(backend_.push(other.abi(), WP_FEED_FULL,
                            {user_of("customer.com", "cid"), user_of("example.com", "eve")}),
              WP_OK);
    EXPECT_TRUE(has("ann@example.com"));
    EXPECT_TRUE(has("cid@customer.com"));
    EXPECT_FALSE(has("eve@example.com")) << "outside the backend's bases";
    load({user_of("example.com", "bob")});
    EXPECT_TRUE(has("cid@customer.com"));
    EXPECT_TRUE(has("bob@example.com"));
    ASSERT_EQ(backend_.push(other.abi(), WP_FEED_CHANGES, {}, {user_of("example.com", "bob").dn}),
              WP_OK);
    EXPECT_TRUE(has("bob@example.com")) << "another backend's entry";
}

TEST_F(cache_test, the_present_phase_keeps_unchanged_entries) {
    auto node = dc_node("example.com");
    node.uuid = "node node node n";
    auto ann = user_of("example.com", "ann"), bob = user_of("example.com", "bob");
    ann.uuid = "ann ann ann ann ";
    bob.uuid = "bob bob bob bob ";
    load({node, ann, bob});
    const auto* feed = feed_->abi();
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_FULL, nullptr), WP_OK);
    const wp_bytes kept[] = {to_bytes(node.uuid), to_bytes(ann.uuid)};
    ASSERT_EQ(feed->present(feed->ctx, kept, 2, nullptr), WP_OK);
    ASSERT_EQ(feed->commit(feed->ctx, {}, nullptr), WP_OK);
    EXPECT_TRUE(has("ann@example.com"));
    EXPECT_FALSE(has("bob@example.com"));
}

TEST_F(cache_test, a_uuid_as_text_is_refused) {
    auto ann = user_of("example.com", "ann");
    ann.uuid = "7d1bd0b4-0d5f-4a3e-8a3c-2f6f0a1c9a11";
    const auto* feed = feed_->abi();
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_CHANGES, nullptr), WP_OK);
    EXPECT_EQ(give(feed, ann), WP_INVALID);
    wp_entry gone{};
    gone.struct_size = sizeof gone;
    gone.uuid = to_bytes(ann.uuid);
    EXPECT_EQ(feed->removed(feed->ctx, &gone, 1, nullptr), WP_INVALID);
    feed->abort(feed->ctx);
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_FULL, nullptr), WP_OK);
    EXPECT_EQ(feed->present(feed->ctx, &gone.uuid, 1, nullptr), WP_INVALID);
    feed->abort(feed->ctx);
}

TEST_F(cache_test, a_feed_that_is_stopped_says_so) {
    const auto* feed = feed_->abi();
    ASSERT_EQ(feed->begin(feed->ctx, WP_FEED_CHANGES, nullptr), WP_OK);
    feed_->stop();
    EXPECT_EQ(give(feed, user_of("example.com", "ann")), WP_STOPPING);
    EXPECT_EQ(feed->begin(feed->ctx, WP_FEED_CHANGES, nullptr), WP_STOPPING);
    feed->abort(feed->ctx);
}

TEST_F(cache_test, very_long_names_keep_their_place) {
    const auto deep =
        "ou=" + std::string(300, 'x') + ",ou=" + std::string(200, 'y') + ",o=example.com,o=isp";
    load({dc_node("example.com"),
          {"uid=ann," + deep, {{"uid", {"ann"}}, {"mail", {"ann@example.com"}}}, {}},
          {"uid=bob," + deep, {{"uid", {"bob"}}, {"mail", {"bob@example.com"}}}, {}}});
    EXPECT_EQ(cache_->read().alias("ann@example.com").account(), "ann@example.com");
    change({}, {"uid=ann," + deep});
    EXPECT_FALSE(has("ann@example.com"));
    EXPECT_TRUE(has("bob@example.com"));
}

TEST_F(cache_test, of_two_generators_the_lower_priority_number_wins_and_the_conflict_is_logged) {
    fake_generator second(-1);
    ASSERT_TRUE(
        cache_->set_generators({generator_.as_generator("late"), second.as_generator("early")}));
    load({dc_node("example.com"), user_of("example.com", "ann")});
    EXPECT_EQ(cache_->read().route("example.com").generator(), "early");
    EXPECT_EQ(cache_->read().alias("ann@example.com").generator(), "early");
    EXPECT_TRUE(std::any_of(log_.begin(), log_.end(), [](const auto& line) {
        return line.find("several rows") != line.npos;
    }));
}

TEST_F(cache_test, an_address_of_two_entries_falls_to_the_other_when_one_goes) {
    const std::vector<std::string> shared{"info@example.com"};
    load({dc_node("example.com"), user_of("example.com", "ann", {{"mailAlternateAddress", shared}}),
          user_of("example.com", "bob", {{"mailAlternateAddress", shared}})});
    const auto winner = std::string(cache_->read().alias("info@example.com").account());
    change({}, {winner == "ann@example.com" ? user_of("example.com", "ann").dn
                                            : user_of("example.com", "bob").dn});
    EXPECT_EQ(cache_->read().alias("info@example.com").account(),
              winner == "ann@example.com" ? "bob@example.com" : "ann@example.com");
}

TEST_F(cache_test, readers_never_see_half_of_a_transaction) {
    const auto pair = [](int i) {
        const auto text = std::to_string(i);
        return std::vector<entry>{user_of("example.com", "ann", {{"mailQuota", {text}}}),
                                  user_of("example.com", "bob", {{"mailQuota", {text}}})};
    };
    load({dc_node("example.com"), pair(0)[0], pair(0)[1]});
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0}, asked{0};
    std::vector<std::thread> readers;
    readers.reserve(3);
    for (int t = 0; t < 3; ++t)
        readers.emplace_back([&] {
            while (!stop) {
                const auto in = cache_->read();
                const auto ann = in.alias("ann@example.com"), bob = in.alias("bob@example.com");
                if (!ann.valid() || !bob.valid() || ann.quota_bytes() != bob.quota_bytes())
                    ++torn;
                ++asked;
            }
        });
    for (int i = 1; i <= 30; ++i) {
        if (i % 5) {
            change(pair(i));
        } else {
            load(pair(i));
        }
    }
    while (asked < 100)
        std::this_thread::yield();
    stop = true;
    for (auto& thread : readers)
        thread.join();
    EXPECT_EQ(torn, 0);
}

} // namespace
} // namespace waypost::testing
