// SPDX-License-Identifier: Apache-2.0
// Values of userPassword (RFC 2307 schemes): {CRYPT} with every method of crypt(3), {SSHA},
// {SSHA256}, {SSHA512}, {SHA}, {SHA256}, {SHA512}, and, where allowed, clear text. Thread-safe;
// compares in constant time.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::ldif {

/// Longest secret that is looked at (crypt(3) takes no more).
inline constexpr std::size_t max_secret_size = 511;

enum class hash_method { crypt, ssha512 };

struct hashing {
    hash_method method = hash_method::crypt;
    unsigned long cost = 0; ///< yescrypt's; 0: the library's default
};

/// Whether a value has the prefix of a scheme that is a hash.
bool is_hashed(std::string_view stored) noexcept;

/// WP_OK, WP_DENIED, or WP_UNSUPPORTED: the value's scheme is not known or not allowed.
wp_status verify_password(std::string_view stored, std::string_view secret, bool allow_cleartext);

/// A value to store for a secret; a value that is a hash already stays. Errors: WP_INVALID.
result<std::string> hash_password(std::string_view secret, const hashing& how);

} // namespace waypost::ldif
