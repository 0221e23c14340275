// SPDX-License-Identifier: Apache-2.0
// Proof that whoever asks for a domain may change its DNS (R7.2): a TXT record whose text only this
// site can compute, HMAC-SHA-256 of the domain under a key that never leaves the state directory.
#pragma once

#include <waypost/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::provisioning {

/// "_waypost-challenge.example.com": where the token of example.com is published (RFC 8552).
std::string challenge_name(std::string_view domain);

/// Thread-safe.
class proof {
public:
    /// The key in that file; made when there is none.
    static result<proof> open(const std::filesystem::path& file);
    explicit proof(std::string key) : key_(std::move(key)) {}

    /// Of a folded name: 40 hexadecimal digits.
    std::string token(std::string_view domain) const;
    /// Is the token among these TXT records (presentation format)?
    bool is_proved(std::string_view domain, const std::vector<std::string>& texts) const;

private:
    std::string key_;
};

} // namespace waypost::kernel::provisioning
