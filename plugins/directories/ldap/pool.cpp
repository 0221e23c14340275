// SPDX-License-Identifier: Apache-2.0
#include "pool.hpp"

namespace waypost::ldap {

result<void> pool::enter() {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, patience_, [&] { return stopping_ || used_ < most_; }))
        return error{WP_TEMPFAIL, "all connections to the directory are busy"};
    if (stopping_)
        return error{WP_STOPPING, "the daemon is stopping"};
    ++used_;
    return {};
}

void pool::leave(std::optional<connection> kept) {
    {
        const std::lock_guard lock(mutex_);
        --used_;
        if (kept && !kept->lost() && !stopping_)
            idle_.push_back(*std::move(kept));
    }
    freed_.notify_one();
}

std::optional<connection> pool::take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty())
        return std::nullopt;
    std::optional<connection> out(std::move(idle_.back()));
    idle_.pop_back();
    return out;
}

result<void> pool::run(const std::function<result<void>(connection&)>& call) {
    if (auto entered = enter(); !entered)
        return entered;
    auto with = take();
    result<void> out = error{WP_TEMPFAIL, {}};
    if (with)
        out = call(*with);
    if (!with || with->lost()) {
        auto fresh = servers_.open(as_);
        with.reset();
        out = fresh ? result<void>() : fresh.failure();
        if (fresh)
            out = call(with.emplace(*std::move(fresh)));
    }
    leave(std::move(with));
    return out;
}

void pool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        idle_.clear();
    }
    freed_.notify_all();
}

} // namespace waypost::ldap
