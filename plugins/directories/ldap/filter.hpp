// SPDX-License-Identifier: Apache-2.0
// Search filters (RFC 4515). Every value that comes from outside goes through escaped().
#pragma once

#include <string>
#include <string_view>

namespace waypost::ldap {

/// A value for use in a filter: what is not a letter, a digit or one of "@.-_+=" becomes \XX
/// (RFC 4515 s3), so that no byte of it can end the value.
std::string escaped(std::string_view value);

/// Entries that have this mail address, or this login name (RFC: none; the attributes of
/// inetLocalMailRecipient and inetMailUser).
std::string recipient_filter(std::string_view address);

} // namespace waypost::ldap
