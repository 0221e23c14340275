// SPDX-License-Identifier: Apache-2.0
#include "../directory/fixture.hpp"
#include "auth/authenticator.hpp"

#include <deque>
#include <thread>

namespace waypost::testing {
namespace {

using kernel::auth::authenticator;
using kernel::auth::authenticator_options;

class login_test : public directory_fixture {
protected:
    void SetUp() override {
        open();
        ASSERT_TRUE(backends_.add("main", backend_.table(), &backend_));
        confirmer_ = std::make_unique<directory::confirmer>(*cache_, backends_,
                                                            [](auto work) { return work(), true; });
        make({});
        load({dc_node("example.com"), dc_node("example.org", {{"domainUidSeparator", {"%"}}}),
              user_of("example.com", "ann"), user_of("example.org", "ann"),
              user_of("example.org", "bob", {{"mailAlternateAddress", {"robert@example.org"}}})});
        for (const auto* domain : {"example.com", "example.org"})
            backend_.passwords[*normalise_dn(user_of(domain, "ann").dn)] =
                std::string("secret of ") + domain;
        backend_.passwords[*normalise_dn(user_of("example.org", "bob").dn)] = "bobs";
    }
    void make(authenticator_options options) {
        options.default_domain = "example.com";
        options.run_on_worker = [this](std::function<void()> work) {
            if (full_)
                return false;
            work_.push_back(std::move(work));
            return true;
        };
        options.after = [this](std::int64_t delay, std::function<void()> work) {
            delays_.push_back(delay);
            work_.push_back(std::move(work));
        };
        options.now_ns = [this] { return now_ns_; };
        options.log = [this](std::int32_t, std::string_view text) { reasons_.emplace_back(text); };
        options.confirm = confirmer_.get();
        authenticator_ = std::make_unique<authenticator>(*cache_, backends_, std::move(options));
    }

    struct outcome {
        wp_status status = WP_PENDING;
        wp_error why{};
        std::string account;
    };
    outcome log_in(std::string_view name, std::string_view secret,
                   std::string_view service = "imap", std::string_view host = {},
                   std::string_view client = "192.0.2.1") {
        wp_credentials from{};
        from.struct_size = sizeof from;
        from.service = to_abi(service);
        from.client = to_abi(client);
        from.host_name = to_abi(host);
        from.mechanism = to_abi("PLAIN");
        from.name = to_abi(name);
        from.authorize = to_abi(authorize_);
        from.secret = to_abi(secret);
        wp_principal* principal = nullptr;
        outcome out;
        const wp_done done{[](void* ctx, wp_status status, const wp_error* why) {
                               auto& into = *static_cast<outcome*>(ctx);
                               into.status = status;
                               if (why)
                                   into.why = *why;
                           },
                           &out};
        const auto status = authenticator_->login(from, &principal, &out.why, done);
        if (status != WP_PENDING)
            out.status = status;
        while (!work_.empty()) {
            auto work = std::move(work_.front());
            work_.pop_front();
            work();
        }
        if (out.status == WP_OK) {
            out.account = view(authenticator::account(principal));
            authenticator::ref(principal);
            authenticator::unref(principal);
            authenticator::unref(principal);
        } else {
            EXPECT_EQ(principal, nullptr);
        }
        return out;
    }
    bool logged(std::string_view part) {
        return !reasons_.empty() && reasons_.back().find(part) != std::string::npos;
    }

    directory::backends backends_;
    std::unique_ptr<directory::confirmer> confirmer_;
    std::unique_ptr<authenticator> authenticator_;
    std::deque<std::function<void()>> work_;
    std::vector<std::int64_t> delays_;
    std::vector<std::string> reasons_;
    std::string authorize_;
    std::int64_t now_ns_ = 1'000'000'000;
    bool full_ = false;
};

TEST_F(login_test, R4_6_every_form_of_a_name_leads_to_its_account) {
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").account, "ann@example.com");
    EXPECT_EQ(log_in("ANN@Example.ORG", "secret of example.org").account, "ann@example.org");
    EXPECT_EQ(log_in("ann", "secret of example.com").account, "ann@example.com")
        << "default domain";
    EXPECT_EQ(log_in("ann", "secret of example.org", "imap", "mail.example.org").account,
              "ann@example.org")
        << "R9.5";
    EXPECT_EQ(log_in("ann%example.org", "secret of example.org").account, "ann@example.org")
        << "domainUidSeparator";
    EXPECT_EQ(log_in("ann%example.com", "secret of example.com").status, WP_DENIED)
        << "not its separator";
    EXPECT_EQ(log_in("robert@example.org", "bobs").account, "bob@example.org")
        << "an address of the user";
}

TEST_F(login_test, R9_2_every_no_has_one_wording_and_the_log_says_which) {
    const auto wrong = log_in("ann@example.com", "wrong");
    EXPECT_EQ(wrong.status, WP_DENIED);
    EXPECT_TRUE(logged("wrong password"));
    const auto same = [&](const outcome& other) {
        EXPECT_EQ(other.status, WP_DENIED);
        EXPECT_STREQ(other.why.text, wrong.why.text);
        EXPECT_EQ(other.why.smtp, 535);
    };
    same(log_in("nobody@example.com", "x"));
    EXPECT_TRUE(logged("user is not known"));
    same(log_in("ann@elsewhere.example", "x"));
    EXPECT_TRUE(logged("domain is not known"));
    same(log_in("bob@example.com", "bobs"));
    change({dc_node("example.com", {{"mailDomainStatus", {"inactive"}}})});
    same(log_in("ann@example.com", "secret of example.com"));
    EXPECT_TRUE(logged("domain is inactive"));
    change({dc_node("example.com"), user_of("example.com", "ann", {{"mailUserStatus", {"hold"}}})});
    same(log_in("ann@example.com", "secret of example.com"));
    EXPECT_TRUE(logged("user is hold"));
    for (const auto& line : reasons_)
        EXPECT_EQ(line.find("secret of"), std::string::npos);
}

TEST_F(login_test, R9_3_a_service_needs_the_leave_of_domain_and_user) {
    change({dc_node("example.com", {{"mailDomainAllowedServiceAccess", {"-pop:*"}}}),
            user_of("example.com", "ann",
                    {{"mailAllowedServiceAccess", {"+imap:192.0.2.*$+pop:*"}}})});
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com", "imap").status, WP_OK);
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com", "pop3").status, WP_DENIED);
    EXPECT_TRUE(logged("mailDomainAllowedServiceAccess"));
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com", "smtp").status, WP_DENIED);
    EXPECT_EQ(
        log_in("ann@example.com", "secret of example.com", "imap", {}, "198.51.100.1:4711").status,
        WP_DENIED);
    EXPECT_EQ(
        log_in("ann@example.com", "secret of example.com", "imap", {}, "192.0.2.7:4711").status,
        WP_OK);
}

TEST_F(login_test, R9_4_a_directory_that_is_away_is_never_a_wrong_password) {
    backend_.away = true;
    const auto out = log_in("ann@example.com", "secret of example.com");
    EXPECT_EQ(out.status, WP_TEMPFAIL);
    EXPECT_EQ(out.why.smtp, 454);
    EXPECT_TRUE(delays_.back() == 0);
    feed_->abi()->live(feed_->abi()->ctx, 0);
    EXPECT_EQ(log_in("new@example.com", "x").status, WP_TEMPFAIL);
}

TEST_F(login_test, R5_7_a_user_that_only_the_directory_knows_can_log_in) {
    feed_->abi()->live(feed_->abi()->ctx, 0);
    backend_.put(user_of("example.com", "new"));
    backend_.passwords[*normalise_dn(user_of("example.com", "new").dn)] = "fresh";
    EXPECT_EQ(log_in("new@example.com", "fresh").account, "new@example.com");
    EXPECT_EQ(backend_.lookups, 1);
}

TEST_F(login_test, a_verified_password_is_not_checked_again_until_time_or_a_change) {
    const auto asked = [&] { return backend_.authentications.load(); };
    log_in("ann@example.com", "secret of example.com");
    EXPECT_EQ(asked(), 1);
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_OK);
    EXPECT_EQ(asked(), 1);
    EXPECT_EQ(log_in("ann@example.com", "wrong").status, WP_DENIED);
    EXPECT_EQ(asked(), 2);
    now_ns_ += 61'000'000'000;
    log_in("ann@example.com", "secret of example.com");
    EXPECT_EQ(asked(), 3);
    backend_.passwords[*normalise_dn(user_of("example.com", "ann").dn)] = "new";
    change({user_of("example.com", "ann")});
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_DENIED);
    EXPECT_EQ(log_in("ann@example.com", "new").status, WP_OK);
    change({user_of("example.com", "ann", {{"inetUserStatus", {"inactive"}}})});
    EXPECT_EQ(log_in("ann@example.com", "new").status, WP_DENIED);
}

TEST_F(login_test, failures_are_delayed_longer_each_time_and_then_refused_unasked) {
    authenticator_options options;
    options.limits.per_user = 4;
    options.verified_ttl_ns = 0;
    make(std::move(options));
    for (int i = 0; i < 4; ++i)
        log_in("ann@example.com", "wrong");
    EXPECT_EQ(delays_, (std::vector<std::int64_t>{500'000'000, 1'000'000'000, 2'000'000'000,
                                                  4'000'000'000}));
    EXPECT_EQ(backend_.authentications, 4);
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_DENIED);
    EXPECT_TRUE(logged("too many failures"));
    EXPECT_EQ(backend_.authentications, 4);
    EXPECT_EQ(log_in("bob@example.org", "bobs").status, WP_OK) << "another user";
    now_ns_ += 301'000'000'000;
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_OK);
}

TEST_F(login_test, empty_passwords_odd_names_and_other_mechanisms_never_reach_the_backend) {
    EXPECT_EQ(log_in("ann@example.com", "").status, WP_DENIED);
    EXPECT_EQ(log_in("", "x").status, WP_DENIED);
    EXPECT_EQ(log_in(std::string(400, 'a'), "x").status, WP_DENIED);
    EXPECT_EQ(log_in(std::string_view("ann\0@example.com", 16), "x").status, WP_DENIED);
    EXPECT_EQ(log_in("ann@example.com", std::string(5000, 'x')).status, WP_DENIED);
    EXPECT_EQ(backend_.authentications, 0);
}

TEST_F(login_test, nobody_acts_as_somebody_else) {
    authorize_ = "bob@example.org";
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_DENIED);
    authorize_ = "ann@example.com";
    EXPECT_EQ(log_in("ann", "secret of example.com").status, WP_OK);
}

TEST_F(login_test, without_a_free_worker_the_answer_is_try_again) {
    full_ = true;
    EXPECT_EQ(log_in("ann@example.com", "secret of example.com").status, WP_TEMPFAIL);
}

TEST(failure_table, is_bounded_and_counts_ipv6_by_network) {
    kernel::auth::failure_limits limits;
    limits.table_size = 10;
    kernel::auth::failure_limit table(limits);
    for (int i = 0; i < 100; ++i)
        table.failed("user" + std::to_string(i), "192.0.2." + std::to_string(i), 1);
    EXPECT_LE(table.size(), 10u);
    EXPECT_EQ(kernel::auth::client_key("2001:db8::1"), kernel::auth::client_key("2001:db8::ffff"));
    EXPECT_EQ(kernel::auth::client_key("[2001:db8::1]:993"),
              kernel::auth::client_key("2001:db8::2"));
    EXPECT_NE(kernel::auth::client_key("2001:db8:1::1"), kernel::auth::client_key("2001:db8::1"));
    EXPECT_EQ(kernel::auth::client_key("192.0.2.1:25"), kernel::auth::client_key("192.0.2.1"));
}

TEST_F(login_test, many_threads_log_in_at_once) {
    authenticator_options options;
    options.default_domain = "example.com";
    options.run_on_worker = [](auto work) { return work(), true; };
    options.log = [](auto, auto) {};
    authenticator many(*cache_, backends_, std::move(options));
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                wp_credentials from{};
                from.struct_size = sizeof from;
                from.service = to_abi("imap");
                from.name = to_abi("ann");
                from.secret = to_abi("secret of example.com");
                wp_principal* principal = nullptr;
                const auto status = many.login(from, &principal, nullptr,
                                               {[](void*, wp_status, const wp_error*) {}, nullptr});
                if (principal) {
                    authenticator::unref(principal);
                    ++good;
                }
                EXPECT_TRUE(status == WP_OK || status == WP_PENDING);
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(good, 800);
}

} // namespace
} // namespace waypost::testing
