// SPDX-License-Identifier: Apache-2.0
// Entries as libldap has them to entries as the boundary has them, in batches, without copying
// values.
#pragma once

#include "handles.hpp"

#include <waypost/abi/draft/directory.h>

#include <array>
#include <string>
#include <vector>

namespace waypost::ldap {

/// What is asked of each entry: all user attributes, and the operational ones that synchronisation
/// needs.
inline constexpr const char* entry_attributes[] = {"*", "entryUUID", "entryCSN", "modifyTimestamp",
                                                   nullptr};
inline constexpr const char* identity_attributes[] = {"entryUUID", nullptr};

/// RFC 4530 s2.1: 36 characters of text to 16 octets; empty: it is none.
std::string uuid_octets(std::string_view text);

/// Keeps the messages until it is cleared. Single thread.
class entry_batch {
public:
    explicit entry_batch(LDAP* handle) : handle_(handle) {}
    ~entry_batch() { clear(); }
    entry_batch(const entry_batch&) = delete;
    entry_batch& operator=(const entry_batch&) = delete;

    /// Takes the message. `uuid`: where the Sync State control names it; empty: the attribute
    /// entryUUID. False: it cannot be read.
    bool add(message one, std::string_view uuid = {});
    const std::vector<wp_entry>& entries();
    std::size_t size() const noexcept { return items_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }
    void clear();

    std::string_view dn(std::size_t i) const noexcept { return view(items_[i].dn); }
    std::string_view csn(std::size_t i) const noexcept { return items_[i].csn; }
    /// The greatest modifyTimestamp since clear.
    const std::string& newest() const noexcept { return newest_; }

private:
    struct item {
        message held;
        BerElement* element = nullptr; ///< its bytes are the message's
        berval dn{};
        std::array<char, 16> uuid{};
        std::size_t uuid_size = 0;
        std::string_view csn;
        std::size_t first_attribute = 0;

        void set_uuid(std::string_view octets) noexcept;
    };
    struct named {
        std::string_view name;
        std::size_t first_value, values;
    };
    void take(item& into, const berval& name, berval* values);
    void append(const item& of, std::string_view name, const berval* values);

    LDAP* handle_;
    std::vector<item> items_;
    // Of all items, in their order; used again after clear().
    std::vector<named> attributes_;
    std::vector<wp_str> values_;
    std::vector<berval*> arrays_;
    std::vector<wp_attribute> shown_;
    std::vector<wp_entry> out_;
    std::string newest_;
    std::size_t bytes_ = 0;
};

} // namespace waypost::ldap
