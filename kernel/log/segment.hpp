// SPDX-License-Identifier: Apache-2.0
// Segment files: their names, how one is created so that a crash leaves either no segment or a
// usable one, and mapping them for reading. A mapping stays readable after the file was unlinked.
#pragma once

#include "log/file.hpp"
#include "log/format.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace waypost::kernel::log {

std::filesystem::path segment_path(const std::filesystem::path& directory, segment_id id);
std::filesystem::path large_message_path(const std::filesystem::path& directory, message_id id);
/// The number in a name made of 16 hex digits and `suffix`.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix);
/// From the system's random source.
segment_key random_key();

/// Creates the file, writes the header, syncs file and directory. On failure nothing usable is
/// left.
result<file> create_segment(const std::filesystem::path& directory, const segment_header& header);

/// A read-only view of a file that may still grow up to the mapped size. Immutable, thread-safe.
class mapping {
public:
    static result<std::shared_ptr<const mapping>> open(const std::filesystem::path& path,
                                                       std::size_t at_least);
    mapping(const mapping&) = delete;
    mapping& operator=(const mapping&) = delete;
    ~mapping();

    /// Bytes past the end of the file must not be touched.
    const char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    mapping(const char* data, std::size_t size) noexcept : data_(data), size_(size) {}

    const char* data_;
    std::size_t size_;
};

} // namespace waypost::kernel::log
