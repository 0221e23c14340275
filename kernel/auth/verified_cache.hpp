// SPDX-License-Identifier: Apache-2.0
// Passwords that the backend said yes to a moment ago, as HMAC-SHA-256 under a key that exists only
// in this process: spares the slow hash on each POP3 login. A change of the user's entry makes its
// version another one, and the record useless.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waypost::kernel::auth {

/// Thread-safe.
class verified_cache {
public:
    /// ttl 0: remembers nothing.
    verified_cache(std::int64_t ttl_ns, std::size_t limit);
    ~verified_cache();
    verified_cache(const verified_cache&) = delete;
    verified_cache& operator=(const verified_cache&) = delete;

    /// What the entry's cached row looked like: generation of the cache and sequence of the row.
    struct version {
        std::uint64_t generation = 0;
        std::int64_t sequence = 0;
        bool operator==(const version&) const = default;
    };

    bool knows(std::string_view account, std::string_view secret, version of, std::int64_t now_ns);
    void remember(std::string_view account, std::string_view secret, version of,
                  std::int64_t now_ns);
    void forget(std::string_view account);

private:
    using digest = std::array<unsigned char, 32>;
    struct record {
        std::string account;
        digest mac{};
        version of;
        std::int64_t until_ns = 0;
    };
    void erase(std::string_view account); // under mutex_
    bool mac_of(std::string_view account, std::string_view secret, digest& out) const noexcept;

    const std::int64_t ttl_ns_;
    const std::size_t limit_;
    std::array<unsigned char, 32> key_{};
    bool usable_ = false;
    std::mutex mutex_;
    std::list<record> records_; // oldest last
    std::unordered_map<std::string, std::list<record>::iterator> by_account_;
};

} // namespace waypost::kernel::auth
