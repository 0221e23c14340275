// SPDX-License-Identifier: Apache-2.0
// Mail addresses as routing sees them: split, folded, with their subaddress taken apart (RFC 5321
// s2.4, RFC 5233). The syntax was checked where the address came in. Pure.
#pragma once

#include <string>
#include <string_view>

namespace waypost::kernel::routing {

inline constexpr std::size_t max_local_part =
    256; ///< RFC 5321 allows 64; what is longer than this matches nobody
inline constexpr std::size_t max_domain_name = 255;

/// Borrows.
struct address_parts {
    std::string_view local;
    std::string_view domain; ///< without the dot at the end; empty: there was no '@'
};
address_parts split_address(std::string_view address) noexcept;

/// user and detail of "user+detail"; detail is empty when there is none. A separator at the start
/// is part of the user.
struct subaddress {
    std::string_view user;
    std::string_view detail;
};
subaddress split_detail(std::string_view local, std::string_view separator) noexcept;

/// A key in a fixed place: "local@domain" folded, without quotes that are not needed. Empty when it
/// does not fit.
class folded_address {
public:
    folded_address(std::string_view local, std::string_view domain) noexcept;
    std::string_view text() const noexcept { return {bytes_, size_}; }
    std::string_view domain() const noexcept { return text().substr(at_ + (size_ ? 1 : 0)); }
    std::string_view local() const noexcept { return text().substr(0, at_); }

private:
    char bytes_[max_local_part + 1 + max_domain_name];
    std::size_t size_ = 0;
    std::size_t at_ = 0;
};

/// A next hop that means this host and not its MX: "[host]".
std::string to_host(std::string_view host);

/// Something at a domain, without what would end a command or a line that it is written into.
bool is_writable_address(std::string_view address) noexcept;

} // namespace waypost::kernel::routing
