// SPDX-License-Identifier: Apache-2.0
#include "transfer/destination_state.hpp"

#include <algorithm>
#include <utility>

namespace waypost::kernel::transfer {

namespace {

constexpr std::size_t first_limit = 5;
constexpr std::size_t local_limit = 256; // the group commit gathers them

} // namespace

destination_state::destination_state(std::string name, bool is_local, const options& settings)
    : name_(std::move(name)), settings_(settings),
      most_(is_local ? local_limit : std::max<std::size_t>(settings.destination_concurrency, 1)) {
    limit_ = is_local ? most_ : std::min(first_limit, most_);
}

void destination_state::reached() noexcept {
    failures_ = 0;
    rests_until_ns_ = 0;
    why_.clear();
    limit_ = std::min(limit_ + 1, most_);
}

void destination_state::unreachable(std::int64_t now, std::string why) {
    why_ = std::move(why);
    if (is_resting(now))
        return; // one of several that failed together
    const auto& pauses = settings_.destination_pauses;
    const auto index = std::min<std::size_t>(failures_++, pauses.size() - 1);
    rests_until_ns_ = now + std::chrono::nanoseconds(pauses[index]).count();
    limit_ = 1;
}

void destination_state::wake() noexcept {
    rests_until_ns_ = 0;
}

bool destination_state::is_idle(std::int64_t now) const noexcept {
    return window.empty() && under_way.empty() && !more && next_ns == never && !is_resting(now);
}

std::int64_t destination_state::wakes_at(std::int64_t now) const noexcept {
    if (is_resting(now))
        return rests_until_ns_;
    return window.empty() && !more ? next_ns : never; // otherwise it is listed, or full
}

} // namespace waypost::kernel::transfer
