// SPDX-License-Identifier: Apache-2.0
// One directory entry, immutable and packed into one block of memory: its normalised DN, its DN as
// written, the comment above it, its values in their order. Copying shares the block, so a reader
// keeps what it found while the directory goes on.
#pragma once

#include "parse/record.hpp"

#include <waypost/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldif {

/// Thread-safe (immutable).
class entry {
public:
    entry() = default;
    /// Packs. RDN values that are missing among the values are added. Errors: the DN is none.
    static result<entry> make(std::string_view dn, std::string_view comment,
                              std::vector<named_value> values);

    explicit operator bool() const noexcept { return data_ != nullptr; }
    std::string_view normalised() const noexcept;
    std::string_view dn() const noexcept;
    std::string_view comment() const noexcept;
    bool same_content(const entry& other) const noexcept;

    /// Calls visit(name, value) for each value, in order; names as written, with options.
    template <class Visit>
    void each(Visit&& visit) const {
        for (cursor at = begin_values(); at.data != at.end;) {
            const auto name = at.word();
            const auto value = at.word();
            visit(name, value);
        }
    }

    /// Values of an attribute, by name without case, options ignored.
    std::vector<std::string_view> values(std::string_view name) const;
    /// Unpacked, for a change.
    std::vector<named_value> all() const;

    std::uint64_t order = 0; ///< place in the file

private:
    struct cursor {
        const char* data;
        const char* end;
        std::uint64_t number() noexcept;
        std::string_view bytes() noexcept;
        std::string_view word() noexcept; ///< a token or bytes
    };
    cursor begin() const noexcept { return {data_.get(), data_.get() + size_}; }
    cursor begin_values() const noexcept;

    std::shared_ptr<const char[]> data_;
    std::uint64_t size_ = 0;
};

/// An attribute name without its options, and comparison without case.
std::string_view base_name(std::string_view description) noexcept;

} // namespace waypost::ldif
