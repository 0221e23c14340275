// SPDX-License-Identifier: Apache-2.0
// POP3 sessions on a socket pair, against a host whose accounts and inbox the test sets. The host
// can answer at once or later, from another thread.
#pragma once

#include "loopback.hpp"
#include "session.hpp"

#include <waypost/net/io_pool.hpp>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace waypost::pop3 {

/// Accounts, one inbox, and what was done to it. Set up before the sessions start.
struct fake_site {
    fake_site() { host = {sizeof host, WP_ABI_MAJOR, WP_ABI_MINOR, this, &service}; }
    ~fake_site() { answer_all(); }

    static const void* service(const wp_host*, const char* id) {
        static const wp_host_auth auth{sizeof auth, 0, &login, nullptr, &unref, nullptr};
        static const wp_host_store stores{sizeof stores, 0, &of_principal, nullptr, nullptr};
        const std::string_view wanted = id;
        if (wanted == WP_HOST_AUTH)
            return &auth;
        return wanted == WP_HOST_STORE ? static_cast<const void*>(&stores) : nullptr;
    }
    static const wp_store& facet() {
        static const wp_store out = [] {
            wp_store made{};
            made.struct_size = sizeof made;
            made.open = &open;
            made.close = &close;
            made.snapshot = &look;
            made.release = [](void* self, const wp_snapshot*) { --of(self).snapshots; };
            made.content = &content;
            made.change = &change;
            return made;
        }();
        return out;
    }
    static fake_site& of(void* self) { return *static_cast<fake_site*>(self); }

    /// Waits for the answers under way; there are no new ones.
    void answer_all() {
        for (std::thread& each : later)
            each.join();
        later.clear();
    }
    /// The answer now, or from a thread of its own.
    wp_status answer(wp_status status, wp_done done) {
        if (!pending)
            return status;
        const std::lock_guard lock(mutex);
        later.emplace_back([status, done] { done.fn(done.ctx, status, nullptr); });
        return WP_PENDING;
    }
    void put(std::string text) {
        uids.push_back(static_cast<std::uint32_t>(uids.size() + 11));
        sizes.push_back(text.size());
        texts.push_back(std::move(text));
    }

    static wp_status login(const wp_host* at, const wp_credentials* who, wp_principal** out,
                           wp_error*, wp_done done) {
        fake_site& site = of(at->impl);
        site.service_name = view(who->service);
        if (site.login_status != WP_OK)
            return site.answer(site.login_status, done);
        if (view(who->name) != "ann" || view(who->secret) != "secret")
            return site.answer(WP_DENIED, done);
        ++site.principals;
        *out = reinterpret_cast<wp_principal*>(&site);
        return site.answer(WP_OK, done);
    }
    static void unref(wp_principal* who) { --reinterpret_cast<fake_site*>(who)->principals; }
    static wp_status of_principal(const wp_host* at, const wp_principal*, const wp_store** store,
                                  void** self, wp_error*) {
        *store = &facet();
        *self = at->impl;
        return WP_OK;
    }
    static wp_status open(void* self, const wp_principal*, wp_str path, uint32_t flags,
                          wp_mailbox** out, wp_error*, wp_done done) {
        fake_site& site = of(self);
        EXPECT_EQ(view(path), "INBOX");
        EXPECT_EQ(flags, WP_OPEN_EXCLUSIVE);
        if (site.locked.exchange(true))
            return site.answer(WP_BUSY, done);
        *out = reinterpret_cast<wp_mailbox*>(&site);
        return site.answer(WP_OK, done);
    }
    static void close(void* self, wp_mailbox*) { of(self).locked = false; }
    static wp_status look(void* self, wp_mailbox*, const wp_snapshot** out, wp_error*,
                          wp_done done) {
        fake_site& site = of(self);
        ++site.snapshots;
        site.snapshot = {};
        site.snapshot.uid_validity = 7;
        site.snapshot.count = site.uids.size();
        site.snapshot.uids = site.uids.data();
        site.snapshot.sizes = site.sizes.data();
        *out = &site.snapshot;
        return site.answer(WP_OK, done);
    }
    struct held : wp_content {
        fake_site* site;
        const std::string* text;
    };
    static wp_status content(void* self, const wp_snapshot*, uint64_t index, wp_content** out,
                             wp_error*, wp_done done) {
        fake_site& site = of(self);
        if (site.content_status != WP_OK)
            return site.answer(site.content_status, done);
        auto made = new held;
        static_cast<wp_content&>(*made) = {
            sizeof(wp_content), 0, site.texts[index].size(), nullptr, &drop, &read};
        made->site = &site;
        made->text = &site.texts[index];
        ++site.contents;
        *out = made;
        return site.answer(WP_OK, done);
    }
    static void drop(wp_content* content) {
        --static_cast<held*>(content)->site->contents;
        delete static_cast<held*>(content);
    }
    /// Two pieces at most, of 7 and 40,000 octets, so that dots fall on every kind of border.
    static wp_status read(wp_content* content, uint64_t offset, uint64_t length, wp_bytes* pieces,
                          uint64_t, uint64_t* count, wp_error*, wp_done) {
        const std::string_view rest =
            std::string_view(*static_cast<held*>(content)->text).substr(offset, length);
        pieces[0] = to_bytes(rest.substr(0, 7));
        pieces[1] = to_bytes(rest.size() > 7 ? rest.substr(7, 40'000) : std::string_view());
        *count = rest.size() > 7 ? 2 : 1;
        return WP_OK;
    }
    static wp_status change(void* self, wp_mailbox*, const wp_change* what, uint64_t count,
                            wp_change_result*, wp_error*, wp_done done) {
        fake_site& site = of(self);
        EXPECT_EQ(count, 1U);
        EXPECT_EQ(what->kind, WP_CHANGE_EXPUNGE);
        if (site.change_status == WP_OK)
            site.expunged.assign(what->uids, what->uids + what->uid_count);
        return site.answer(site.change_status, done);
    }

    wp_host host;
    bool pending = false;
    wp_status login_status = WP_OK;
    wp_status content_status = WP_OK;
    wp_status change_status = WP_OK;
    std::vector<std::string> texts;
    std::vector<std::uint32_t> uids;
    std::vector<std::uint64_t> sizes;
    wp_snapshot snapshot{};
    std::vector<std::uint32_t> expunged;
    std::string service_name;
    std::atomic<bool> locked{false};
    std::atomic<int> principals{0}, snapshots{0}, contents{0};
    std::mutex mutex;
    std::vector<std::thread> later;
};

class pop3_test : public testing::TestWithParam<bool> {
protected:
    net::test::client connect() {
        if (!pool) {
            state = std::make_shared<service_state>(&site.host);
            state->set(std::make_shared<const settings>(options));
            net::io_pool_options with;
            with.threads = 1;
            with.manual_clock = true;
            pool = std::make_unique<net::io_pool>(std::move(with));
            pool->start();
        }
        int pair[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        net::connection_options on;
        on.make_session = [state = state](net::connection& at) {
            return std::make_unique<pop3_session>(at, state, false);
        };
        on.peer = peer;
        pool->adopt(pair[0], std::move(on));
        return net::test::client(pair[1]);
    }
    /// All replies to `text`, sent at once, after which the client ends.
    std::string talk(const std::string& text) {
        auto to = connect();
        to.say(text);
        to.end();
        return to.hear_all();
    }
    std::string in_transaction(const std::string& text) {
        const std::string all = talk("USER ann\r\nPASS secret\r\n" + text);
        const std::string start = greeting + "+OK Now the password\r\n+OK Logged in\r\n";
        EXPECT_TRUE(all.starts_with(start)) << all;
        return all.substr(std::min(all.size(), start.size()));
    }
    /// Ends all sessions; nothing of the host may be held afterwards.
    void TearDown() override {
        if (pool)
            pool->stop();
        site.answer_all();
        EXPECT_FALSE(site.locked);
        EXPECT_EQ(site.principals, 0);
        EXPECT_EQ(site.snapshots, 0);
        EXPECT_EQ(site.contents, 0);
    }

    std::string greeting = "+OK Waypost POP3 ready\r\n";
    fake_site site;
    settings options;
    net::address peer;
    std::shared_ptr<service_state> state;
    std::unique_ptr<net::io_pool> pool;
};

} // namespace waypost::pop3
