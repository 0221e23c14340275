// SPDX-License-Identifier: Apache-2.0
// Record data between the wire and presentation format (RFC 1035 s3.3 and s5.1, RFC 2782, RFC 3596,
// RFC 6698, RFC 8659). Names are not compressed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::unbound {

/// "MX" is 15; nothing for a type that is not known here.
std::optional<std::uint16_t> type_number(std::string_view name) noexcept;

/// As a zone file has it; what has no form of its own as \# (RFC 3597 s5). Nothing when the octets
/// are not of that type.
std::optional<std::string> to_text(std::uint16_t type, std::string_view rdata);

/// "mail.example.com." of a name on the wire, which must end with `wire`.
std::optional<std::string> name_text(std::string_view wire);

} // namespace waypost::unbound
