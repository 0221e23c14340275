// SPDX-License-Identifier: Apache-2.0
#include "directory/confirmer.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

namespace waypost::kernel::directory {

confirmer::confirmer(cache& into, const backends& of, worker_function run_on_worker,
                     std::size_t limit)
    : cache_(into), backends_(of), run_on_worker_(std::move(run_on_worker)), limit_(limit) {}

void confirmer::confirm(std::string_view address, answer done) {
    const auto key = fold(address);
    {
        std::unique_lock lock(mutex_);
        const auto found = waiting_.find(key);
        if (found != waiting_.end()) {
            found->second.push_back(std::move(done));
            return;
        }
        if (waiting_.size() >= limit_) {
            lock.unlock();
            return done(WP_TEMPFAIL);
        }
        waiting_[key].push_back(std::move(done));
    }
    if (run_on_worker_([this, key] { run(key); }))
        return;
    std::vector<answer> all;
    {
        const std::lock_guard lock(mutex_);
        all = std::move(waiting_[key]);
        waiting_.erase(key);
    }
    for (const auto& one : all)
        one(WP_TEMPFAIL);
}

void confirmer::run(const std::string& address) {
    const auto status = look_up(address);
    std::vector<answer> all;
    {
        const std::lock_guard lock(mutex_);
        all = std::move(waiting_[address]);
        waiting_.erase(address);
    }
    for (const auto& one : all)
        one(status);
}

wp_status confirmer::look_up(std::string_view address) {
    wp_status out = WP_OK;
    for (const auto& backend : backends_.all()) {
        feed into(cache_, backend.name, true);
        wp_error why = empty_error();
        const auto status = backend.table->lookup(backend.self, to_abi(address), into.abi(), &why);
        // Any of them may hold the address: as long as one cannot say, "no" is not known.
        if (status != WP_OK && status != WP_NOT_FOUND)
            out = WP_TEMPFAIL;
    }
    return out;
}

} // namespace waypost::kernel::directory
