// SPDX-License-Identifier: Apache-2.0
// Writing: checked over the tree, flushed to the file, then visible, then in the feed; see
// directory.hpp.
#include "directory.hpp"
#include "parse/writer.hpp"
#include "requests.hpp"

namespace waypost::ldif {

hashing directory::current_hashing() const {
    const std::shared_lock lock(tree_mutex_);
    return options_.hash;
}

result<void> directory::write(const wp_write* writes, std::uint64_t count, std::uint64_t& applied) {
    queued mine;
    result<void> unread;
    const auto how = current_hashing(); // hashes are dear: made before anybody waits for us
    for (std::uint64_t i = 0; i < count && unread; ++i) {
        auto made = record_of(element(writes, i), how);
        if (made)
            mine.records.push_back(std::move(*made));
        else
            unread = made.failure();
    }

    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&mine);
    queue_moved_.wait(lock, [&] { return mine.done || (!led_ && asking_ == 0); });
    if (!mine.done) {
        led_ = true;
        const auto batch = std::exchange(queue_, {});
        lock.unlock();
        commit(batch);
        lock.lock();
        for (auto* one : batch)
            one->done = true;
        led_ = false;
        queue_moved_.notify_all();
    }
    applied = mine.applied;
    return mine.outcome ? unread : mine.outcome;
}

void directory::commit(const std::deque<queued*>& batch) {
    workspace work(tree_); // only a leader changes the tree
    std::string text;
    for (auto* one : batch) {
        for (const auto& change : one->records) {
            one->outcome = apply(change, bases_, work);
            if (!one->outcome)
                break;
            append_record(text, change);
            ++one->applied;
        }
    }
    if (text.empty())
        return;
    if (auto ok = storage_.append(std::move(text)); !ok) {
        for (auto* one : batch) {
            if (one->applied == 0)
                continue;
            one->applied = 0;
            one->outcome = ok.failure();
        }
        return;
    }
    {
        const std::unique_lock lock(tree_mutex_);
        workspace::apply(work.changed(), tree_);
    }
    deliver(work.changed());
    if (is_fold_due())
        watcher_.nudge();
}

void directory::deliver(const workspace::changes& changed) {
    if (!feed_ || !live_)
        return; // resume_feed() brings everything
    transaction out;
    for (const auto& [name, one] : changed) {
        if (one)
            out.entries.push_back(*one);
        else
            out.removed.push_back(name);
    }
    out.cookie = storage_.cookie();
    if (auto ok = push(*feed_, out); !ok)
        lost_feed(ok.failure());
}

} // namespace waypost::ldif
