// SPDX-License-Identifier: Apache-2.0
// The file layer: every write, sync, create, rename and unlink of the log goes through it, so that
// tests can make any of them fail (WAYPOST_FAIL="write:n:EIO", "write:n:ENOSPC:more" or
// file_faults) and record all of them for the replay of a power cut (WAYPOST_RECORD=path). Both
// exist only with WAYPOST_FAULTS.
//
// Trace: entries of {u8 operation, u16 path length, u64 offset, u32 data length, path, data},
// little endian. Operations: 1 create, 2 write, 3 sync of a file, 4 sync of a directory, 5 rename
// (data: new path), 6 unlink. An entry is appended after the operation succeeded.
#pragma once

#include <waypost/result.hpp>

#include <sys/uio.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace waypost::kernel::log {

/// An open file. Single thread for writing.
class file {
public:
    file() = default;
    file(file&& other) noexcept;
    file& operator=(file&& other) noexcept;
    ~file();

    /// A new file; fails when the name exists.
    static result<file> create(const std::filesystem::path& path);
    static result<file> open_read(const std::filesystem::path& path);
    static result<file> open_write(const std::filesystem::path& path);

    /// All bytes at `offset`; the vectors are consumed.
    result<void> write(std::span<iovec> vectors, std::uint64_t offset);
    result<void> write(std::string_view bytes, std::uint64_t offset);
    result<void> sync();
    /// Takes away what lies behind `size`. Not in the trace: nothing may depend on its reaching the
    /// disk.
    result<void> cut(std::uint64_t size);
    /// After sync(): what is read next comes from the disk. After a sync that failed the pages in
    /// memory are clean, hold what never reached it, and the next sync succeeds.
    void forget_pages() noexcept;
    result<std::uint64_t> size() const;

    int descriptor() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }
    const std::string& path() const noexcept { return path_; }
    void close() noexcept;

private:
    file(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    int fd_ = -1;
    std::string path_;
};

result<void> sync_directory(const std::filesystem::path& path);
result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// A file that is not there is success.
result<void> unlink_file(const std::filesystem::path& path);
/// The error for a failed system call, with the reply a mail client gets (452 when the disk is
/// full).
error io_failure(std::string_view action, std::string_view path, int code);

#ifdef WAYPOST_FAULTS
namespace file_faults {
enum class call { create, write, sync };
/// The `nth` such call from now fails with `code`, and `more` calls after it. A failing write
/// leaves its first half in the file, as a real one may.
void fail(call which, int nth, int code, int more = 0);
void clear();
/// Puts a remark into the trace (operation 7), for instance what was acknowledged.
void note(const std::string& text);
/// Starts the trace; an empty path ends it.
void record(const std::string& path);
} // namespace file_faults
#endif

} // namespace waypost::kernel::log
