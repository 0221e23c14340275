// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/admission.hpp>

namespace waypost::net {

admission::admission(std::size_t max_connections, std::size_t max_per_address)
    : max_connections_(max_connections), max_per_address_(max_per_address) {}

admission::verdict admission::enter(const address& peer) {
    const std::lock_guard lock(mutex_);
    if (max_connections_ != 0 && connections_ >= max_connections_)
        return verdict::too_many_connections;
    if (peer.kind() != address::family::none) {
        // Counted without a limit too: set_limits may bring one while the connection lives.
        const auto entry = per_network_.try_emplace(peer.network(), 0).first;
        if (max_per_address_ != 0 && entry->second >= max_per_address_)
            return verdict::too_many_from_address;
        ++entry->second;
    }
    ++connections_;
    return verdict::admitted;
}

void admission::leave(const address& peer) noexcept {
    const std::lock_guard lock(mutex_);
    --connections_;
    const auto entry = per_network_.find(peer.network());
    if (entry != per_network_.end() && --entry->second == 0)
        per_network_.erase(entry);
}

void admission::set_limits(std::size_t max_connections, std::size_t max_per_address) {
    const std::lock_guard lock(mutex_);
    max_connections_ = max_connections;
    max_per_address_ = max_per_address;
}

std::size_t admission::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

} // namespace waypost::net
