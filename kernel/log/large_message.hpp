// SPDX-License-Identifier: Apache-2.0
// A message too large to be one record: it streams to a file of its own while others commit, is
// synced, and then named by a record. A file that no record names is removed at the next start.
#pragma once

#include "log/file.hpp"
#include "log/position.hpp"

#include <filesystem>
#include <string_view>

namespace waypost::kernel::log {

/// Removes its file unless a group took it. Single thread.
class large_message {
public:
    static result<large_message> create(const std::filesystem::path& directory, message_id id);
    large_message(large_message&&) noexcept = default;
    large_message& operator=(large_message&&) = delete;
    ~large_message();

    result<void> write(std::string_view bytes);
    /// Syncs file and directory; after it the message can be put into a group.
    result<void> finish();
    bool finished() const noexcept { return finished_; }
    message_id id() const noexcept { return id_; }
    std::uint64_t size() const noexcept { return size_; }
    /// Called when the group that names the file is durable.
    void keep() noexcept { file_.close(); }

private:
    large_message(file&& to, const std::filesystem::path& directory, message_id id)
        : file_(std::move(to)), directory_(directory), id_(id) {}

    file file_;
    std::filesystem::path directory_;
    message_id id_;
    std::uint64_t size_ = 0;
    bool finished_ = false;
};

} // namespace waypost::kernel::log
