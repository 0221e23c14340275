// SPDX-License-Identifier: Apache-2.0
// Record data in presentation format (RFC 1035 s5.1): are two the same, and text that does not fit
// into one string (s3.3.14). Pure.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::kernel::provisioning {

/// The same data of that type, however it is written: white space, the case of names and hex
/// digits, forms of IPv6 addresses, quotes, and how a text is divided into strings (which its
/// readers put together: RFC 7208 s3.3, RFC 6376 s3.6.2.2) do not count.
bool same_data(std::string_view type, std::string_view a, std::string_view b);

/// Data of a TXT record whose strings are of 255 octets at most; a longer one is divided.
/// WP_INVALID: it is not in quotes (where each word would be a string of its own), or a quote is
/// not closed.
result<std::string> divided_text(std::string_view data);

} // namespace waypost::kernel::provisioning
