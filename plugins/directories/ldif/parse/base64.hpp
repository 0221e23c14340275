// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 s4) for LDIF values and password hashes. Strict: padding and alphabet are
// checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waypost::ldif {

void append_base64(std::string& out, std::string_view bytes);

/// The bytes, or nothing when the text is not base64. Unpadded text is refused.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace waypost::ldif
