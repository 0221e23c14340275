// SPDX-License-Identifier: Apache-2.0
#include "directory/admin.hpp"
#include "directory/confirmer.hpp"
#include "directory/names.hpp"
#include "fixture.hpp"

namespace waypost::testing {
namespace {

using directory::attribute_change;
using admin_test = admin_fixture;

TEST_F(admin_test, R7_1_a_new_domain_gets_an_entry_for_every_component) {
    const auto done = admin_->add_domain("Mail.Example.COM");
    ASSERT_TRUE(done) << done.failure().text;
    EXPECT_EQ(done->entries, 8u);
    for (const auto* dn :
         {"o=internet", "o=isp", "dc=com,o=internet", "dc=example,dc=com,o=internet",
          "dc=mail,dc=example,dc=com,o=internet", "o=mail.example.com,o=isp",
          "ou=people,o=mail.example.com,o=isp", "ou=groups,o=mail.example.com,o=isp"})
        EXPECT_TRUE(backend_.entries.count(dn)) << dn;
    EXPECT_EQ(cache_->read().route("mail.example.com").kind(), WP_ROUTE_HOSTED);
    EXPECT_FALSE(cache_->read().domain("example.com").valid());
    // The node above becomes a domain of its own.
    ASSERT_TRUE(admin_->add_domain("example.com"));
    EXPECT_TRUE(cache_->read().route("example.com").valid());
}

TEST_F(admin_test, R7_4_adding_is_idempotent_and_resumes_where_it_was_cut_short) {
    ASSERT_TRUE(admin_->add_domain("example.com"));
    EXPECT_EQ(admin_->add_domain("example.com")->entries, 0u);
    backend_.push(feed_->abi(), WP_FEED_CHANGES, {}, {"dc=example,dc=com,o=internet"});
    backend_.entries.erase("dc=example,dc=com,o=internet");
    const auto again = admin_->add_domain("example.com");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->entries, 1u);
    EXPECT_TRUE(cache_->read().route("example.com").valid());
}

TEST_F(admin_test, a_new_user_gets_mail_and_a_password_at_once) {
    ASSERT_TRUE(admin_->add_domain("example.com"));
    const auto done = admin_->add_user("Ann@example.com", "secret",
                                       {{attribute_change::kind::replace, "mailQuota", {"5M"}}});
    ASSERT_TRUE(done) << done.failure().text;
    EXPECT_EQ(*normalise_dn(done->dn), "uid=ann,ou=people,o=example.com,o=isp");
    EXPECT_EQ(cache_->read().alias("ann@example.com").account(), "ann@example.com");
    EXPECT_EQ(backend_.passwords.at("uid=ann,ou=people,o=example.com,o=isp"), "secret");
    EXPECT_EQ(admin_->add_user("ann@example.com", "x").failure().status, WP_EXISTS);
    const auto shown = admin_->show_user("ann@example.com");
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->quota_bytes, 5 << 20);
    for (const auto& attribute : shown->attributes)
        EXPECT_NE(attribute.name, "userPassword");
    ASSERT_TRUE(admin_->set_password("ann@example.com", "new"));
    EXPECT_EQ(backend_.passwords.at("uid=ann,ou=people,o=example.com,o=isp"), "new");
    ASSERT_TRUE(admin_->set_user("ann@example.com",
                                 {{attribute_change::kind::replace, "mailUserStatus", {"hold"}}}));
    EXPECT_EQ(admin_->show_user("ann@example.com")->state, "hold");
    ASSERT_TRUE(admin_->remove_user("ann@example.com"));
    EXPECT_EQ(admin_->show_user("ann@example.com").failure().status, WP_NOT_FOUND);
}

TEST_F(admin_test, a_domain_with_users_is_not_removed_and_an_empty_one_goes_as_a_whole) {
    ASSERT_TRUE(admin_->add_domain("example.com"));
    ASSERT_TRUE(admin_->add_domain("sub.example.com"));
    ASSERT_TRUE(admin_->add_user("ann@example.com", "secret"));
    EXPECT_EQ(admin_->remove_domain("example.com").failure().status, WP_CONFLICT);
    ASSERT_TRUE(admin_->remove_user("ann@example.com"));
    const auto gone = admin_->remove_domain("example.com");
    ASSERT_TRUE(gone) << gone.failure().text;
    EXPECT_FALSE(cache_->read().route("example.com").valid());
    EXPECT_TRUE(cache_->read().route("sub.example.com").valid());
    EXPECT_FALSE(backend_.entries.count("o=example.com,o=isp"));
    EXPECT_EQ(admin_->remove_domain("example.com").failure().status, WP_NOT_FOUND);
}

TEST_F(admin_test, lists_name_every_domain_and_user_once) {
    for (const auto* domain : {"a.example", "b.example", "c.example"}) {
        ASSERT_TRUE(admin_->add_domain(domain));
        ASSERT_TRUE(admin_->add_user(std::string("ann@") + domain, "x"));
    }
    std::vector<std::string> found;
    admin_->list_domains([&](const auto& domain) { return found.push_back(domain.name), true; });
    EXPECT_EQ(found, (std::vector<std::string>{"a.example", "b.example", "c.example"}));
    found.clear();
    ASSERT_TRUE(admin_->list_users(
        "b.example", [&](const auto& user) { return found.push_back(user.account), true; }));
    EXPECT_EQ(found, std::vector<std::string>{"ann@b.example"});
    found.clear();
    ASSERT_TRUE(admin_->list_users(
        {}, [&](const auto& user) { return found.push_back(user.account), true; }));
    EXPECT_EQ(found.size(), 3u);
    EXPECT_FALSE(admin_->list_users("z.example", [](const auto&) { return true; }));
}

TEST_F(admin_test, what_would_move_an_entry_or_show_a_password_is_refused) {
    ASSERT_TRUE(admin_->add_domain("example.com"));
    for (const auto* name : {"userPassword", "objectclass", "inetDomainBaseDN", "dc", "", "a b"})
        EXPECT_EQ(
            admin_->set_domain("example.com", {{attribute_change::kind::replace, name, {"x"}}})
                .failure()
                .status,
            WP_INVALID)
            << name;
}

TEST(names, only_strict_domain_and_user_names_pass) {
    for (const auto* name :
         {"example.com", "EXAMPLE.com.", "a.b.c.example", "xn--bcher-kva.example", "1a.example"})
        EXPECT_TRUE(directory::check_domain_name(name)) << name;
    for (const auto* name :
         {"", ".", "com", "-a.com", "a-.com", "a..com", ".com", "a b.com", "a,dc=x.com", "a_b.com",
          "192.0.2.1", "b\303\274cher.example", "ab--c.example", "a/b.com", "a*.com"})
        EXPECT_FALSE(directory::check_domain_name(name)) << name;
    EXPECT_FALSE(directory::check_domain_name(std::string(64, 'a') + ".com"));
    for (const auto* name : {"ann", "Ann.Smith", "a-b_c", "o'hara", "1"})
        EXPECT_TRUE(directory::check_user_name(name)) << name;
    for (const auto* name :
         {"", ".a", "a.", "a..b", "a+b", "a b", "a,b", "a@b", "a\"b", "a\nb", "a\\b", "a(b)"})
        EXPECT_FALSE(directory::check_user_name(name)) << name;
}

TEST_F(admin_test, R5_7_one_look_up_answers_everybody_who_asks_for_the_same_address) {
    ASSERT_TRUE(admin_->add_domain("example.com"));
    backend_.put(user_of("example.com", "new"));
    std::vector<std::function<void()>> work;
    directory::confirmer confirmer(
        *cache_, backends_, [&](auto one) { return work.push_back(std::move(one)), true; }, 1);
    std::vector<wp_status> answers;
    const auto note = [&](wp_status status) { answers.push_back(status); };
    confirmer.confirm("new@example.com", note);
    confirmer.confirm("New@example.com", note);
    confirmer.confirm("other@example.com", note); // over the limit
    EXPECT_EQ(answers, std::vector<wp_status>{WP_TEMPFAIL});
    ASSERT_EQ(work.size(), 1u);
    work[0]();
    EXPECT_EQ(answers, (std::vector<wp_status>{WP_TEMPFAIL, WP_OK, WP_OK}));
    EXPECT_EQ(backend_.lookups, 1);
    EXPECT_TRUE(cache_->read().alias("new@example.com").valid());
    backend_.away = true;
    EXPECT_EQ(confirmer.look_up("x@example.com"), WP_TEMPFAIL);
}

} // namespace
} // namespace waypost::testing
