// SPDX-License-Identifier: Apache-2.0
// One directory entry as the cache holds it: attributes and values, read in place. Passwords are
// not kept: the cache is no secret store, and the backend alone answers `authenticate`.
#pragma once

#include "directory/flat.hpp"

#include <waypost/abi/draft/directory.h>
#include <waypost/result.hpp>

#include <vector>

namespace waypost::kernel::directory {

/// Borrows the record.
class entry_view {
public:
    entry_view() = default;
    explicit entry_view(std::string_view record) noexcept : flat_(record) {}

    bool valid() const noexcept { return flat_.valid(); }
    std::uint16_t backend() const noexcept { return static_cast<std::uint16_t>(flat_.number(0)); }
    /// Of the change transaction that wrote it; with the generation number the version of the
    /// entry.
    std::int64_t sequence() const noexcept { return flat_.number(1); }
    std::string_view dn() const noexcept { return flat_.text(0); } ///< as written
    std::string_view normalised_dn() const noexcept { return flat_.text(1); }
    std::string_view uuid() const noexcept { return flat_.text(2); }

    std::size_t attributes() const noexcept {
        return flat_.numbers() < 2 ? 0 : flat_.numbers() - 2;
    }
    std::string_view name(std::size_t attribute) const noexcept {
        return flat_.text(first(attribute));
    }
    std::size_t values(std::size_t attribute) const noexcept { return count(attribute); }
    std::string_view value(std::size_t attribute, std::size_t index) const noexcept {
        return flat_.text(first(attribute) + 1 + index);
    }

    /// First value of an attribute, matched without case; empty: none.
    std::string_view first_value(std::string_view attribute) const noexcept;
    std::vector<std::string_view> all_values(std::string_view attribute) const;
    bool has(std::string_view attribute, std::string_view value) const noexcept;
    bool is_a(std::string_view object_class) const noexcept {
        return has("objectClass", object_class);
    }
    std::string_view bytes() const noexcept { return flat_.bytes(); }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t first(std::size_t a) const noexcept {
        return static_cast<std::size_t>(flat_.number(2 + a)) >> 32;
    }
    std::size_t count(std::size_t a) const noexcept {
        return static_cast<std::size_t>(flat_.number(2 + a)) & 0xffffffffu;
    }
    std::size_t find(std::string_view attribute) const noexcept;

    flat_view flat_;
};

/// Errors: WP_INVALID for a DN that cannot be read.
result<std::string> encode_entry(const wp_entry& entry, std::uint16_t backend,
                                 std::int64_t sequence);
/// The same entry with another backend number or sequence.
std::string restamp_entry(const entry_view& entry, std::uint16_t backend, std::int64_t sequence);

/// The same content from the same backend, whenever it came. Only where the entry says which change
/// it is of (entryCSN): a password, which is not kept, may have changed otherwise.
bool is_same_entry(const entry_view& a, const entry_view& b) noexcept;
/// Is it a group: its members are what incremental synchronisation looks after (R5.4)?
bool is_list(const entry_view& entry) noexcept;

/// wp_entry arrays over records, for generators. The records must outlive it. Single thread.
class entry_batch {
public:
    void clear();
    void add(const entry_view& entry);
    std::size_t size() const noexcept { return spans_.size(); }
    /// For the reader's struct_size, which the first of `out` has. Valid until the next clear or
    /// add.
    void fill(wp_entry* out) const;

private:
    struct span {
        entry_view entry;
        std::size_t first_attribute, attributes;
    };
    std::vector<span> spans_;
    std::vector<wp_attribute> attributes_;
    std::vector<std::size_t> first_value_;
    std::vector<wp_str> values_;
    mutable std::vector<wp_attribute> shown_;
};

} // namespace waypost::kernel::directory
