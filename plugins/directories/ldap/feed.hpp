// SPDX-License-Identifier: Apache-2.0
// The host's feed with our errors: begin .. commit as an object that aborts unless it was
// committed.
#pragma once

#include "entries.hpp"

#include <waypost/errors.hpp>

#include <span>
#include <utility>

namespace waypost::ldap {

/// Single thread.
class feed_transaction {
public:
    static result<feed_transaction> begin(const wp_feed& into, std::int32_t kind);
    feed_transaction(feed_transaction&& other) noexcept
        : feed_(std::exchange(other.feed_, nullptr)) {}
    feed_transaction& operator=(feed_transaction&&) = delete;
    ~feed_transaction();

    result<void> entries(entry_batch& batch);
    result<void> removed(const std::vector<std::string>& uuids);
    result<void> removed_name(std::string_view dn);
    result<void> present(const std::vector<std::string>& uuids);
    result<void> existing(std::int32_t what, std::string_view base, entry_batch& batch);
    result<void> commit(std::string_view cookie);

private:
    explicit feed_transaction(const wp_feed& into) : feed_(&into) {}
    const wp_feed* feed_;
};

} // namespace waypost::ldap
