// SPDX-License-Identifier: Apache-2.0
#include "pump.hpp"

#include <thread>
#include <utility>

namespace waypost::ldap {
namespace {

constexpr int batches = 3; // one is filled, one waits, one is written

/// The reader must be joined whatever happens.
result<void> guarded(const batch_pointer& batch,
                     const std::function<result<void>(entry_batch&)>& write) {
    try {
        return write(*batch);
    } catch (const std::exception& broken) {
        return error{WP_TEMPFAIL, broken.what()};
    }
}

} // namespace

batch_pump::batch_pump(LDAP* handle) {
    for (int i = 0; i < batches; ++i)
        empty_.push_back(std::make_unique<entry_batch>(handle));
}

result<batch_pointer> batch_pump::swap(batch_pointer full) {
    batch_pointer out;
    {
        std::unique_lock lock(mutex_);
        full_.push_back(std::move(full));
        moved_.notify_all();
        moved_.wait(lock, [&] { return !outcome_ || !empty_.empty(); });
        if (!outcome_)
            return outcome_.failure();
        out = std::move(empty_.front());
        empty_.pop_front();
    }
    out->clear(); // by the thread that allocated what it holds
    return out;
}

void batch_pump::end(const result<void>& outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome_)
        outcome_ = outcome;
    ended_ = true;
    moved_.notify_all();
}

result<void> batch_pump::run(const std::function<result<void>()>& read,
                             const std::function<result<void>(entry_batch&)>& write) {
    std::thread reader([&] {
        try {
            end(read());
        } catch (const std::exception& broken) {
            end(error{WP_TEMPFAIL, broken.what()});
        }
    });
    std::unique_lock lock(mutex_);
    for (;;) {
        moved_.wait(lock, [&] { return ended_ || !full_.empty(); });
        if (!outcome_ || full_.empty())
            break;
        auto batch = std::move(full_.front());
        full_.pop_front();
        lock.unlock();
        auto written = guarded(batch, write);
        lock.lock();
        empty_.push_back(std::move(batch));
        if (!written)
            outcome_ = std::move(written);
        moved_.notify_all();
        if (!outcome_)
            break;
    }
    lock.unlock();
    reader.join();
    return outcome_;
}

} // namespace waypost::ldap
