// SPDX-License-Identifier: Apache-2.0
// Which hosts take a domain's mail, in which order (RFC 5321 s5.1, RFC 7505). Pure.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp::client {

/// Hosts of one domain at most; more are not tried.
inline constexpr std::size_t max_hosts = 20;

struct mx_record {
    std::uint16_t preference = 0;
    std::string host; // lower case, without the final dot
};

/// "10 mail.example.com."; nothing when it is malformed.
std::optional<mx_record> parse_mx(std::string_view data);

/// By preference, those of one preference in the order that `shuffle` gives. Where one of them is
/// ours, it and all that are not better are left out: they would hand the mail back. Fails for a
/// null MX and when the best is ours.
result<std::vector<std::string>>
order_hosts(std::string_view domain, std::vector<mx_record> records,
            const std::function<bool(std::string_view host)>& is_ours,
            const std::function<void(std::span<mx_record>)>& shuffle);

} // namespace waypost::smtp::client
