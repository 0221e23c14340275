// SPDX-License-Identifier: Apache-2.0
// The two files of the directory: the base, which an operator may edit, and the changes behind it.
// Appending is durable; folding puts the changes into the base. A crash at any point leaves a state
// that read() understands.
#pragma once

#include "file/changes.hpp"
#include "file/files.hpp"
#include "parse/limits.hpp"
#include "tree/load.hpp"

#include <waypost/ascii.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldif {

/// Single thread.
class storage {
public:
    storage(std::string path, bases owned, limits most)
        : path_(std::move(path)), changes_path_(path_ + ".changes"), owned_(std::move(owned)),
          limits_(most) {}

    struct content {
        tree entries;
        std::size_t pending = 0;           ///< change records that are not in the base
        std::vector<std::string> warnings; ///< of them, those that did not apply
    };

    /// Base and changes. On an error (which names file and line) what was read before stays
    /// current.
    result<content> read();
    /// Appends one group of change records and flushes it to disk.
    result<void> append(std::string records);
    /// Writes the base anew and empties the changes. WP_CONFLICT: an editor changed the base; read
    /// it first.
    result<void> fold(const tree& entries);

    bool base_changed() const noexcept { return stamp_of(path_) != stamp_; }
    std::uint64_t base_size() const noexcept {
        return stamp_.size < 0 ? 0 : static_cast<std::uint64_t>(stamp_.size);
    }
    std::uint64_t changes_size() const noexcept { return good_size_; }
    /// Names the state of the content.
    std::string cookie() const { return digest_ + ":" + std::to_string(good_size_); }
    const std::string& path() const noexcept { return path_; }

private:
    result<void> replay(const pending_changes& from, content& to) const;
    result<void> open_changes();
    result<void> append_bytes(std::string_view bytes);
    result<std::string> write_base(const tree& entries, const std::string& path) const;

    std::string path_;
    std::string changes_path_;
    bases owned_;
    limits limits_;
    file_stamp stamp_;
    std::string digest_;
    descriptor changes_;
    std::uint64_t good_size_ = 0;
};

} // namespace waypost::ldif
