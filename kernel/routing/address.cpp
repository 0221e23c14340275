// SPDX-License-Identifier: Apache-2.0
#include "routing/address.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::kernel::routing {

address_parts split_address(std::string_view address) noexcept {
    if (address.starts_with('<') && address.ends_with('>'))
        address = address.substr(1, address.size() - 2);
    // RFC 5321 s4.1.1.3: a source route is ignored.
    if (address.starts_with('@'))
        if (const auto colon = address.find(':'); colon != std::string_view::npos)
            address.remove_prefix(colon + 1);
    const auto at = address.rfind('@');
    if (at == std::string_view::npos)
        return {address, {}};
    auto domain = address.substr(at + 1);
    if (domain.ends_with('.'))
        domain.remove_suffix(1);
    return {address.substr(0, at), domain};
}

subaddress split_detail(std::string_view local, std::string_view separator) noexcept {
    if (separator.empty() || local.size() < 2)
        return {local, {}};
    const auto at = local.find(separator, 1);
    if (at == std::string_view::npos)
        return {local, {}};
    return {local.substr(0, at), local.substr(at + separator.size())};
}

folded_address::folded_address(std::string_view local, std::string_view domain) noexcept {
    if (local.size() > max_local_part || domain.size() > max_domain_name)
        return;
    const bool quoted = local.size() >= 2 && local.front() == '"' && local.back() == '"';
    if (quoted)
        local = local.substr(1, local.size() - 2);
    for (std::size_t i = 0; i < local.size(); ++i) {
        if (quoted && local[i] == '\\' && i + 1 < local.size())
            ++i; // RFC 5321 s4.1.2: the same mailbox
        bytes_[size_++] = ascii_lower(local[i]);
    }
    at_ = size_;
    bytes_[size_++] = '@';
    for (const char c : domain)
        bytes_[size_++] = ascii_lower(c);
}

std::string to_host(std::string_view host) {
    return host.starts_with('[') ? std::string(host) : "[" + std::string(host) + "]";
}

bool is_writable_address(std::string_view address) noexcept {
    const auto at = address.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
           std::none_of(address.begin(), address.end(), [](char c) {
               return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '<' || c == '>';
           });
}

} // namespace waypost::kernel::routing
