// SPDX-License-Identifier: Apache-2.0
// A host in memory that offers wp.host.journal/1 and wp.host.messages/1, for tests of store plugins
// without a daemon: it runs prepare and apply as the message log does, fails groups on demand,
// forgets a consumer's memory and replays from any position. With a file it outlives the process,
// so that a test may kill it.
//
//     waypost::testkit::fake_journal log;
//     log.attach(consumer, store);
//     log.commit([&](wp_group* group) { return facet->stage(store, group, &delivery, 1, &outcome);
//     }); log.replay(consumer->position(store));
#pragma once

#include <waypost/abi/draft/journal.h>
#include <waypost/result.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace waypost::testkit {

/// submit() is *thread-safe*; everything else belongs to the test's thread, which is the committer.
class fake_journal {
public:
    /// With a file: groups found there can be replayed, new ones are appended before they are
    /// applied.
    explicit fake_journal(std::string file = {}) : file_(std::move(file)) {
        host_ = {sizeof(wp_host), WP_ABI_MAJOR, WP_ABI_MINOR, this, &fake_journal::service};
        if (!file_.empty())
            read_file();
    }
    fake_journal(const fake_journal&) = delete;
    fake_journal& operator=(const fake_journal&) = delete;

    const wp_host* host() const noexcept { return &host_; }
    /// Another service of this host.
    void offer(const std::string& id, const void* vtable) { services_[id] = vtable; }
    void attach(const wp_journal_consumer* consumer, void* self) {
        consumer_ = consumer, self_ = self;
    }
    void detach() { consumer_ = nullptr; }

    /// A message somebody else put into the log. Its first reference is the store's to make.
    std::uint64_t add_message(std::string bytes) {
        const std::lock_guard lock(mutex_);
        messages_[next_message_] = {std::make_shared<const std::string>(std::move(bytes)), 0};
        return next_message_++;
    }
    std::int64_t references(std::uint64_t message) const {
        const std::lock_guard lock(mutex_);
        const auto found = messages_.find(message);
        return found == messages_.end() ? 0 : found->second.references;
    }
    /// References of all messages; a count below zero was a bug of the store.
    std::int64_t references() const {
        const std::lock_guard lock(mutex_);
        std::int64_t sum = 0;
        for (const auto& [id, each] : messages_)
            sum += each.references;
        return sum;
    }
    bool went_below_zero() const noexcept { return below_zero_; }

    /// One group: `stage` first, then everything submitted so far. What `stage` returned.
    wp_status commit(const std::function<wp_status(wp_group*)>& stage) {
        group_data made;
        const wp_status status = attempt(made, [&] { return stage(handle(made)); });
        take_submitted(made);
        finish(made);
        return status;
    }
    /// Groups until nothing is submitted any more, `at_once` operations in each at most.
    void run(std::size_t at_once = SIZE_MAX) {
        for (;;) {
            group_data made;
            if (!take_submitted(made, at_once))
                return;
            finish(made);
        }
    }
    bool idle() const {
        const std::lock_guard lock(mutex_);
        return submitted_.empty();
    }
    /// The next group's sync fails: it is abandoned, its operations get WP_TEMPFAIL.
    void fail_next() { failing_ = true; }
    /// What a start does: the groups behind the consumer's checkpoint again.
    void replay(std::uint64_t after) {
        for (const auto& [position, records] : log_)
            if (position > after)
                apply(position, records);
    }
    std::uint64_t position() const noexcept { return log_.empty() ? 0 : log_.back().first; }
    std::uint64_t checkpointed() const noexcept { return checkpointed_; }
    /// The records of the last group.
    const std::vector<std::string>& last_records() const { return log_.back().second; }
    /// Benchmarks: records are applied and not kept.
    void keep_nothing() { keep_ = false; }

private:
    struct submitted {
        wp_status (*prepare)(void*, wp_group*, wp_error*);
        void* ctx;
        wp_done done;
    };
    struct completion {
        wp_done done;
        wp_status status;
        wp_error error;
    };
    struct group_data {
        std::vector<std::string> records;
        std::vector<std::pair<std::uint64_t, std::int64_t>> references;
        std::vector<std::pair<std::uint64_t, std::string>> messages;
        std::vector<completion> completions;
    };
    struct stored_message {
        std::shared_ptr<const std::string> bytes;
        std::int64_t references = 0;
    };
    struct held : wp_content {
        std::shared_ptr<const std::string> bytes;
        std::atomic<int> count{1};
    };

    static wp_group* handle(group_data& from) { return reinterpret_cast<wp_group*>(&from); }
    static group_data& of(wp_group* from) { return *reinterpret_cast<group_data*>(from); }
    static fake_journal& of(const wp_host* host) { return *static_cast<fake_journal*>(host->impl); }

    template <class Call>
    static wp_status attempt(group_data& into, const Call& call) {
        const auto records = into.records.size();
        const auto references = into.references.size();
        const auto messages = into.messages.size();
        const wp_status status = call();
        if (status == WP_OK)
            return status;
        into.records.resize(records);
        into.references.resize(references);
        into.messages.resize(messages);
        return status;
    }

    bool take_submitted(group_data& into, std::size_t at_most = SIZE_MAX) {
        bool any = false;
        for (; at_most > 0; --at_most, any = true) {
            submitted next{};
            {
                const std::lock_guard lock(mutex_);
                if (submitted_.empty())
                    return any;
                next = submitted_.front();
                submitted_.pop_front();
            }
            completion made{next.done, WP_OK, {}};
            made.error.struct_size = sizeof made.error;
            made.status =
                attempt(into, [&] { return next.prepare(next.ctx, handle(into), &made.error); });
            into.completions.push_back(made);
        }
        return any;
    }

    void finish(group_data& made) {
        const bool failed = std::exchange(failing_, false);
        if (failed) {
            if (consumer_ != nullptr)
                consumer_->abandon(self_);
        } else {
            write_down(made);
        }
        for (completion& each : made.completions) {
            const wp_status status = each.status == WP_OK && failed ? WP_TEMPFAIL : each.status;
            each.done.fn(each.done.ctx, status, status == WP_OK ? nullptr : &each.error);
        }
    }

    void write_down(group_data& made) {
        if (made.records.empty() && made.references.empty() && made.messages.empty())
            return;
        const std::uint64_t position = ++next_position_;
        {
            const std::lock_guard lock(mutex_);
            for (auto& [id, bytes] : made.messages)
                messages_[id] = {std::make_shared<const std::string>(std::move(bytes)), 0};
            for (const auto& [id, delta] : made.references)
                refer_now(id, delta);
        }
        if (!file_.empty())
            append_file(position, made);
        if (!keep_)
            return apply(position, made.records);
        log_.emplace_back(position, std::move(made.records));
        apply(position, log_.back().second);
    }
    void refer_now(std::uint64_t id, std::int64_t delta) {
        stored_message& found = messages_[id];
        found.references += delta;
        below_zero_ = below_zero_ || found.references < 0;
    }

    void apply(std::uint64_t position, const std::vector<std::string>& records) {
        if (consumer_ == nullptr || records.empty())
            return;
        views_.clear();
        for (const std::string& each : records)
            views_.push_back(to_bytes(each));
        consumer_->apply(self_, position, views_.data(), views_.size());
    }

    void append_file(std::uint64_t position, const group_data& made) {
        std::string out;
        const auto number = [&](std::uint64_t value) {
            out.append(reinterpret_cast<const char*>(&value), sizeof value);
        };
        number(position);
        number(made.records.size());
        for (const std::string& each : made.records) {
            number(each.size());
            out += each;
        }
        number(made.references.size());
        for (const auto& [id, delta] : made.references) {
            number(id);
            number(static_cast<std::uint64_t>(delta));
        }
        std::ofstream(file_, std::ios::app | std::ios::binary) << out;
    }
    void read_file() {
        std::ifstream in(file_, std::ios::binary);
        const auto number = [&] {
            std::uint64_t value = 0;
            in.read(reinterpret_cast<char*>(&value), sizeof value);
            return value;
        };
        for (std::uint64_t position = number(); in; position = number()) {
            std::vector<std::string> records(number());
            for (std::string& each : records) {
                each.resize(number());
                in.read(each.data(), static_cast<std::streamsize>(each.size()));
            }
            for (std::uint64_t left = number(); left > 0; --left) {
                const std::uint64_t id = number();
                refer_now(id, static_cast<std::int64_t>(number()));
                next_message_ = std::max(next_message_, id + 1);
            }
            log_.emplace_back(position, std::move(records));
            next_position_ = position;
        }
    }

    // --- the services ---
    static const void* service(const wp_host* host, const char* id) {
        static const wp_host_journal journal{
            sizeof(wp_host_journal), 0, &put, &refer, &put_message, &submit, &note};
        static const wp_host_messages messages{sizeof(wp_host_messages), 0, &open};
        const std::string_view wanted = id;
        if (wanted == WP_HOST_JOURNAL)
            return &journal;
        if (wanted == WP_HOST_MESSAGES)
            return &messages;
        const auto found = of(host).services_.find(std::string(wanted));
        return found == of(host).services_.end() ? nullptr : found->second;
    }
    static wp_status put(const wp_host*, wp_group* into, wp_bytes record) {
        of(into).records.emplace_back(view(record));
        return WP_OK;
    }
    static wp_status refer(const wp_host*, wp_group* into, std::uint64_t id, std::int64_t delta) {
        of(into).references.emplace_back(id, delta);
        return WP_OK;
    }
    static wp_status put_message(const wp_host* host, wp_group* into, wp_str,
                                 const wp_bytes* pieces, std::uint64_t count, std::uint64_t* id) {
        std::string bytes;
        for (std::uint64_t i = 0; i < count; ++i)
            bytes += view(pieces[i]);
        *id = of(host).next_message_++;
        of(into).messages.emplace_back(*id, std::move(bytes));
        return WP_OK;
    }
    static wp_status submit(const wp_host* host, wp_status (*prepare)(void*, wp_group*, wp_error*),
                            void* ctx, wp_done done) {
        const std::lock_guard lock(of(host).mutex_);
        of(host).submitted_.push_back({prepare, ctx, done});
        return WP_PENDING;
    }
    static void note(const wp_host* host, std::uint64_t position) {
        of(host).checkpointed_ = position;
    }
    static wp_status open(const wp_host* host, std::uint64_t id, wp_content** content, wp_error*) {
        const std::lock_guard lock(of(host).mutex_);
        const auto found = of(host).messages_.find(id);
        if (found == of(host).messages_.end() || found->second.references <= 0)
            return WP_NOT_FOUND;
        auto made = std::make_unique<held>();
        made->bytes = found->second.bytes;
        static_cast<wp_content&>(*made) = {
            sizeof(wp_content), 0, made->bytes->size(), &ref, &unref, &read};
        *content = made.release();
        return WP_OK;
    }
    static void ref(wp_content* content) { ++static_cast<held*>(content)->count; }
    static void unref(wp_content* content) {
        if (--static_cast<held*>(content)->count == 0)
            delete static_cast<held*>(content);
    }
    static wp_status read(wp_content* content, std::uint64_t offset, std::uint64_t length,
                          wp_bytes* pieces, std::uint64_t max, std::uint64_t* count, wp_error*,
                          wp_done) {
        const std::string_view all = *static_cast<held*>(content)->bytes;
        *count = 0;
        if (offset >= all.size() || length == 0 || max == 0)
            return WP_OK;
        pieces[0] = to_bytes(all.substr(offset, length));
        *count = 1;
        return WP_OK;
    }

    wp_host host_{};
    std::string file_;
    std::map<std::string, const void*> services_;
    const wp_journal_consumer* consumer_ = nullptr;
    void* self_ = nullptr;
    std::deque<std::pair<std::uint64_t, std::vector<std::string>>> log_;
    std::vector<wp_bytes> views_;
    std::uint64_t next_position_ = 0;
    std::atomic<std::uint64_t> checkpointed_{0};
    bool failing_ = false;
    bool keep_ = true;
    std::atomic<bool> below_zero_{false};
    mutable std::mutex mutex_; // of what follows
    std::deque<submitted> submitted_;
    std::map<std::uint64_t, stored_message> messages_;
    std::uint64_t next_message_ = 1;
};

} // namespace waypost::testkit
