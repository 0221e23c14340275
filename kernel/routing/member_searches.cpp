// SPDX-License-Identifier: Apache-2.0
#include "routing/member_searches.hpp"

namespace waypost::kernel::routing {
namespace {

constexpr std::size_t most_urls = 1000;
constexpr std::size_t most_addresses = 1'000'000; // of all answers

/// Generation and last change of what the reader sees.
std::string version_of(const directory::reader& in) {
    return std::to_string(in.generation_number()) + ':' + std::string(in.meta("sequence"));
}

} // namespace

member_searches::shared_answer member_searches::find(std::string_view url,
                                                     const directory::reader& in) const {
    const auto version = version_of(in);
    const std::lock_guard lock(mutex_);
    const auto known = by_url_.find(std::string(url));
    return known != by_url_.end() && known->second.version == version ? known->second.found
                                                                      : nullptr;
}

void member_searches::keep(std::string_view url, const directory::reader& in,
                           const shared_answer& found) {
    auto version = version_of(in);
    const std::lock_guard lock(mutex_);
    if (by_url_.size() >= most_urls || addresses_ + found->addresses.size() > most_addresses) {
        by_url_.clear();
        addresses_ = 0;
    }
    auto& place = by_url_[std::string(url)];
    addresses_ += found->addresses.size() - (place.found ? place.found->addresses.size() : 0);
    place = {std::move(version), found};
}

} // namespace waypost::kernel::routing
