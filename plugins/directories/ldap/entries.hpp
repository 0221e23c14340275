// SPDX-License-Identifier: Apache-2.0
// Entries as libldap has them to entries as the boundary has them, in batches, without copying
// values.
#pragma once

#include "handles.hpp"

#include <waypost/abi/draft/directory.h>

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
    struct named {
        std::string_view name;
        std::vector<wp_str> values;
    };
    struct item {
        message held;
        BerElement* element = nullptr;
        berval dn{};
        std::string uuid;
        std::string_view csn;
        std::vector<berval*> arrays;
        std::vector<named> attributes;
        std::vector<wp_attribute> shown;

        item() = default;
        item(item&& other) noexcept;
        item& operator=(item&&) = delete;
        ~item();
    };
    void take(item& into, const berval& name, berval* values);

    LDAP* handle_;
    std::vector<item> items_;
    std::vector<wp_entry> out_;
    std::string newest_;
    std::size_t bytes_ = 0;
};

} // namespace waypost::ldap
