// SPDX-License-Identifier: Apache-2.0
// A host whose ingress keeps messages in memory, answers at once or later from a thread of its own,
// and counts what is left open. Recipients: "unknown@..." are refused, "later@..." get 451, all
// others accepted.
#pragma once

#include "loopback.hpp"
#include "session.hpp"

#include <waypost/abi/draft/ingress.h>
#include <waypost/errors.hpp>

#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace waypost::smtp::test {

using net::test::client;
using net::test::event;

struct message {
    std::string client_name;
    std::string protocol;
    std::uint32_t client_flags = 0;
    std::string sender;
    std::uint32_t sender_flags = 0;
    std::string envid;
    std::int64_t size = 0;
    std::vector<std::string> recipients;
    std::vector<std::string> originals;
    std::string content;
};

class fake_host {
public:
    bool answers_later = false;
    std::size_t room =
        SIZE_MAX; // octets taken before WP_BUSY; ready() makes room for as many again
    std::function<void(wp_receipt&)> on_commit;
    wp_status open_status = WP_OK;
    wp_status commit_status = WP_OK;
    std::atomic<bool> holds_answers{false}; // answers wait until release()

    fake_host() : worker_([this] { work(); }) {}
    ~fake_host() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            holds_answers = false;
        }
        changed_.notify_all();
        worker_.join();
    }

    const wp_host* host() { return &host_; }
    static const wp_host_ingress* ingress() {
        static const wp_host_ingress table{
            sizeof(wp_host_ingress), 0, &open, &recipient, &append, &ready, &commit, &abort};
        return &table;
    }
    std::vector<message> messages() {
        const std::lock_guard lock(mutex_);
        return messages_;
    }
    int open_transactions() {
        const std::lock_guard lock(mutex_);
        return open_;
    }
    void release() {
        {
            const std::lock_guard lock(mutex_);
            holds_answers = false;
        }
        changed_.notify_all();
    }
    event asked; // something waits for an answer

private:
    struct tx {
        fake_host* host;
        message content;
        std::size_t room;
    };
    struct answer {
        wp_done to;
        wp_status status;
        wp_error why;
        std::function<void()> work; // with the arguments, which are the caller's until then
    };

    static tx& of(wp_tx* which) { return *reinterpret_cast<tx*>(which); }

    wp_status reply(wp_done to, wp_status status, const wp_error& why, wp_error* out,
                    std::function<void()> work = {}) {
        if (!answers_later) {
            if (work)
                work();
            if (out != nullptr)
                *out = why;
            return status;
        }
        {
            const std::lock_guard lock(mutex_);
            answers_.push_back({to, status, why, std::move(work)});
        }
        changed_.notify_all();
        asked.set();
        return WP_PENDING;
    }

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock,
                          [this] { return stopping_ || (!answers_.empty() && !holds_answers); });
            if (answers_.empty())
                return;
            const auto now = std::move(answers_);
            answers_.clear();
            lock.unlock();
            for (const answer& each : now) {
                if (each.work)
                    each.work();
                each.to.fn(each.to.ctx, each.status, each.status == WP_OK ? nullptr : &each.why);
            }
            lock.lock();
        }
    }

    static wp_status open(const wp_host* at, const wp_client* from, const wp_sender* sender,
                          wp_tx** out, wp_error* error, wp_done done) {
        auto* self = static_cast<fake_host*>(at->impl);
        wp_error why = empty_error();
        if (self->open_status != WP_OK)
            return self->reply(done, fill_error(&why, self->open_status, "not now"), why, error);
        return self->reply(done, WP_OK, why, error, [=] {
            auto* made = new tx{self, {}, self->room};
            made->content.client_name = view(from->name);
            made->content.protocol = view(from->protocol);
            made->content.client_flags = from->flags;
            made->content.sender = view(sender->address);
            made->content.sender_flags = sender->flags;
            made->content.envid = view(sender->envid);
            made->content.size = sender->size;
            *out = reinterpret_cast<wp_tx*>(made);
            const std::lock_guard lock(self->mutex_);
            ++self->open_;
        });
    }
    static wp_status recipient(wp_tx* at, const wp_recipient* to, wp_error* out, wp_done done) {
        tx& self = of(at);
        const std::string address(view(to->address));
        wp_error why = empty_error();
        wp_status status = WP_OK;
        if (address.starts_with("unknown"))
            status = fill_error(&why, error(WP_NOT_FOUND, 550, 5, 1, 1, "No such user"));
        else if (address.starts_with("later"))
            status = fill_error(&why, error(WP_TEMPFAIL, 451, 4, 2, 1, "Try again"));
        return self.host->reply(done, status, why, out, [&self, to, status] {
            if (status != WP_OK)
                return;
            self.content.recipients.emplace_back(view(to->address));
            self.content.originals.emplace_back(view(to->orcpt));
        });
    }
    static wp_status append(wp_tx* at, wp_bytes bytes, wp_error*) {
        tx& self = of(at);
        if (self.content.content.size() + bytes.size > self.room)
            return WP_BUSY;
        self.content.content += view(bytes);
        return WP_OK;
    }
    static wp_status ready(wp_tx* at, wp_done done) {
        of(at).room += 100000;
        return of(at).host->reply(done, WP_OK, empty_error(), nullptr);
    }
    static wp_status commit(wp_tx* at, wp_receipt* receipt, wp_error* out, wp_done done) {
        tx* self = &of(at);
        fake_host& host = *self->host;
        wp_error why = empty_error();
        const wp_status status = host.commit_status;
        if (status != WP_OK)
            fill_error(&why, status, "disk full");
        if (host.on_commit)
            host.on_commit(*receipt);
        {
            const std::lock_guard lock(host.mutex_);
            if (status == WP_OK) {
                host.messages_.push_back(self->content);
                receipt->message = host.messages_.size();
            }
            --host.open_;
        }
        delete self;
        return host.reply(done, status, why, out);
    }
    static void abort(wp_tx* at) {
        tx* self = &of(at);
        {
            const std::lock_guard lock(self->host->mutex_);
            --self->host->open_;
        }
        delete self;
    }

    static const void* service(const wp_host*, const char*) { return nullptr; }

    wp_host host_{sizeof(wp_host), WP_ABI_MAJOR, WP_ABI_MINOR, this, &service};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<answer> answers_;
    std::vector<message> messages_;
    int open_ = 0;
    bool stopping_ = false;
    std::thread worker_;
};

/// A server of SMTP sessions, with settings for tests.
class smtp_server {
public:
    explicit smtp_server(const std::function<void(settings&)>& change = {},
                         bool manual_clock = false)
        : state(std::make_shared<channel_state>(host.host(), fake_host::ingress(), logger())) {
        auto values = std::make_shared<settings>();
        values->hostname = "mx.test";
        values->greeting = "220 mx.test ESMTP\r\n";
        values->extensions = "250-mx.test\r\n250 PIPELINING\r\n";
        values->extensions_tls = "250-mx.test secure\r\n250 PIPELINING\r\n";
        values->max_message_size = 100000;
        values->max_recipients = 3;
        values->max_errors = 5;
        values->command_timeout = std::chrono::seconds(300);
        values->data_timeout = std::chrono::seconds(180);
        if (change)
            change(*values);
        state->set(values);
        server_ = std::make_unique<net::test::server>(
            [this](net::connection& on) { return std::make_unique<smtp_session>(on, state); }, 1,
            manual_clock);
    }

    /// Everything the server says to a client that sends `input` (and its QUIT), without the
    /// greeting.
    std::string dialogue(std::string_view input) {
        client peer = connect();
        peer.say(input);
        peer.end();
        return peer.hear_all();
    }
    client connect() {
        client peer = server_->connect();
        EXPECT_EQ(peer.hear(19), "220 mx.test ESMTP\r\n");
        return peer;
    }
    /// After this all sessions are gone.
    void stop() { server_->pool.stop(); }
    net::io_pool& pool() { return server_->pool; }

    fake_host host;
    std::shared_ptr<channel_state> state;

private:
    std::unique_ptr<net::test::server> server_;
};

inline constexpr const char* hello = "EHLO client.test\r\n";
inline constexpr const char* hello_reply = "250-mx.test\r\n250 PIPELINING\r\n";

/// Without the first lines, which are the trace.
inline std::string without_trace(const std::string& content) {
    std::size_t at = 0;
    do
        at = content.find("\r\n", at) + 2;
    while (at < content.size() && content[at] == '\t');
    return content.substr(at);
}

} // namespace waypost::smtp::test
