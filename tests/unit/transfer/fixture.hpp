// SPDX-License-Identifier: Apache-2.0
// A transfer unit with a real log and queue, a directory in memory, a clock that stands still, and
// two channels of the test's own: "mailbox" delivers in the group, "smtp" does what it is told.
#pragma once

#include "../directory/fixture.hpp"
#include "routing/router.hpp"
#include "transfer/services.hpp"
#include "transfer/unit.hpp"

#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>

#include <condition_variable>
#include <functional>

namespace waypost::testing {

namespace transfer = kernel::transfer;

/// Jobs as they came; an answer for each recipient address, or none: then the job stays under way.
/// Thread-safe.
class fake_remote {
public:
    struct answer {
        wp_status status = WP_OK;
        std::uint32_t flags = 0;
        std::string text = "told so";
    };
    using brain = std::function<std::optional<answer>(const std::string& address)>;

    transfer::channel_ref as_channel() { return {"smtp", "smtp", &table_, this}; }
    void think(brain with) {
        const std::lock_guard lock(mutex_);
        brain_ = std::move(with);
    }
    /// Waits until `count` recipients were offered in all.
    bool wait_offers(std::size_t count) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, std::chrono::seconds(20),
                              [&] { return offers_.size() >= count; });
    }
    std::vector<std::string> offers() const {
        const std::lock_guard lock(mutex_);
        return offers_;
    }
    std::size_t offers_of(const std::string& address) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::count(offers_.begin(), offers_.end(), address));
    }
    /// Ends the jobs that were left under way.
    void answer_all(const answer& with) {
        std::vector<std::pair<wp_job*, wp_done>> jobs;
        {
            const std::lock_guard lock(mutex_);
            jobs.swap(open_);
        }
        for (const auto& [job, done] : jobs)
            for (std::uint64_t i = 0, count = job->recipient_count; i < count; ++i) {
                tell(job, i, with);
                if (i + 1 == count)
                    done.fn(done.ctx, WP_OK, nullptr);
            }
    }

private:
    static void tell(wp_job* job, std::uint64_t row, const answer& what) {
        auto why = empty_error();
        fill_error(&why, error(what.status, what.status == WP_PERMFAIL ? 550 : 450,
                               what.status == WP_PERMFAIL ? 5 : 4, 1, 1, what.text));
        auto report = job_report(row, what.status, what.status == WP_OK ? nullptr : &why);
        report.flags = what.flags;
        report.remote = to_abi(std::string_view("mx.far.example"));
        transfer::jobs_service.report(nullptr, job, &report);
    }
    static wp_status deliver(void* self, wp_job* job, wp_error*, wp_done done) {
        auto& me = *static_cast<fake_remote*>(self);
        std::vector<std::optional<answer>> answers;
        {
            const std::lock_guard lock(me.mutex_);
            for (std::uint64_t i = 0; i < job->recipient_count; ++i) {
                me.offers_.emplace_back(view(job->recipients[i].address));
                answers.push_back(me.brain_ ? me.brain_(me.offers_.back()) : answer{});
            }
            if (!answers.front())
                me.open_.emplace_back(job, done);
            me.came_.notify_all();
        }
        if (!answers.front())
            return WP_PENDING;
        for (std::uint64_t i = 0; i < answers.size(); ++i)
            tell(job, i, *answers[i]);
        return WP_OK;
    }

    wp_channel table_{sizeof(wp_channel), 0, &deliver, nullptr};
    mutable std::mutex mutex_;
    std::condition_variable came_;
    brain brain_;
    std::vector<std::string> offers_;
    std::vector<std::pair<wp_job*, wp_done>> open_;
};

/// Keeps account and message id of what was delivered.
class fake_mailboxes {
public:
    transfer::channel_ref as_channel() { return {"mailbox", "mailbox", &table_, this}; }
    std::atomic<bool> full{false};
    bool wait_deliveries(std::size_t count) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, std::chrono::seconds(20),
                              [&] { return deliveries_.size() >= count; });
    }
    std::vector<std::pair<std::string, std::uint64_t>> deliveries() const {
        const std::lock_guard lock(mutex_);
        return deliveries_;
    }

private:
    static wp_status stage(void* self, wp_group* group, const wp_job* job, wp_error* results) {
        auto& me = *static_cast<fake_mailboxes*>(self);
        const std::lock_guard lock(me.mutex_);
        for (std::uint64_t i = 0; i < job->recipient_count; ++i) {
            results[i].status = me.full ? WP_OVERQUOTA : WP_OK;
            if (me.full)
                continue;
            transfer::from_abi(group).ref(job->message, 1);
            me.deliveries_.emplace_back(view(job->recipients[i].account), job->message);
        }
        me.came_.notify_all();
        return WP_OK;
    }

    wp_channel table_{sizeof(wp_channel), 0, nullptr, &stage};
    mutable std::mutex mutex_;
    std::condition_variable came_;
    std::vector<std::pair<std::string, std::uint64_t>> deliveries_;
};

class transfer_fixture : public directory_fixture {
protected:
    void SetUp() override {
        directory_fixture::SetUp();
        load(
            {dc_node("example.com"), user_of("example.com", "ann"), user_of("example.com", "bob")});
        kernel::routing::settings routing;
        routing.local_hosts = {"mail.example.com"};
        router_ = std::make_unique<kernel::routing::router>(*cache_, routing);
        options_.state = folder_.path();
        options_.hostname = "mail.example.com";
        options_.run_on_worker = [](const std::function<void()>& task) { task(); };
        options_.now = [this] { return now_.load(); };
        options_.log = [this](std::int32_t, std::string_view text, std::span<const wp_pair>) {
            const std::lock_guard lock(told_mutex_);
            told_.emplace_back(text);
            told_more_.notify_all();
        };
        options_.retry.intervals = {std::chrono::minutes(10)};
    }
    void TearDown() override { end(); }

    void begin() {
        unit_ = std::make_unique<transfer::transfer_unit>(options_, *router_);
        unit_->add(remote_.as_channel());
        unit_->add(mailboxes_.as_channel());
        kernel::log::options log;
        log.directory = folder_.path();
        log.unsynced_delay = std::chrono::milliseconds(1);
        ASSERT_TRUE(unit_->open(log));
        unit_->start();
        unit_->start_deliveries();
    }
    void end() {
        if (!unit_)
            return;
        remote_.think([](const std::string&) {
            return fake_remote::answer{WP_TEMPFAIL, 0, "stopping"};
        });
        remote_.answer_all({WP_TEMPFAIL, 0, "stopping"});
        EXPECT_TRUE(unit_->drain(std::chrono::steady_clock::now() + std::chrono::seconds(20)));
        unit_.reset();
    }
    void pass(std::chrono::nanoseconds time) {
        now_ += time.count();
        unit_->deliveries().wake();
    }

    /// Hands a message in, as an authenticated user's; false when it was refused.
    bool send(const std::vector<std::string>& to, const std::string& from = "ann@example.com",
              std::uint32_t notify = WP_NOTIFY_DEFAULT) {
        const auto& in = transfer::ingress_service;
        wp_client client{};
        client.struct_size = sizeof client;
        client.flags = WP_CLIENT_TRUSTED;
        wp_sender sender{};
        sender.struct_size = sizeof sender;
        sender.address = to_abi(from);
        sender.size = -1;
        wp_tx* tx = nullptr;
        auto why = empty_error();
        if (in.open(nullptr, &client, &sender, &tx, &why, {}) != WP_OK)
            return false;
        for (const auto& address : to) {
            wp_recipient one{};
            one.struct_size = sizeof one;
            one.notify = notify;
            one.address = to_abi(address);
            if (in.recipient(tx, &one, &why, {}) != WP_OK) {
                in.abort(tx);
                return false;
            }
        }
        const std::string text = "Subject: hello\r\nFrom: " + from + "\r\n\r\ntext\r\n";
        in.append(tx, to_bytes(text), &why);
        struct waiting {
            std::mutex mutex;
            std::condition_variable came;
            std::optional<wp_status> status;
        } outcome;
        const wp_done done{[](void* ctx, wp_status status, const wp_error*) {
                               auto& out = *static_cast<waiting*>(ctx);
                               const std::lock_guard lock(out.mutex);
                               out.status = status;
                               out.came.notify_all();
                           },
                           &outcome};
        if (in.commit(tx, nullptr, &why, done) != WP_PENDING)
            return false;
        std::unique_lock lock(outcome.mutex);
        outcome.came.wait(lock, [&] { return outcome.status.has_value(); });
        return *outcome.status == WP_OK;
    }
    /// Waits until the log said `word` `count` times.
    bool wait_told(const std::string& word, std::size_t count) {
        std::unique_lock lock(told_mutex_);
        return told_more_.wait_for(lock, std::chrono::seconds(20), [&] {
            return static_cast<std::size_t>(std::count(told_.begin(), told_.end(), word)) >= count;
        });
    }
    std::uint64_t queued() { return unit_->queued().size(); }

    std::unique_ptr<kernel::routing::router> router_;
    transfer::options options_;
    std::atomic<std::int64_t> now_{1'800'000'000'000'000'000};
    std::mutex told_mutex_;
    std::condition_variable told_more_;
    std::vector<std::string> told_;
    fake_remote remote_;
    fake_mailboxes mailboxes_;
    std::unique_ptr<transfer::transfer_unit> unit_;
};

} // namespace waypost::testing
