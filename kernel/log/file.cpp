// SPDX-License-Identifier: Apache-2.0
// The file layer; see file.hpp.
#include "log/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

namespace waypost::kernel::log {

error io_failure(std::string_view action, std::string_view path, int code) {
    if (code == ENOSPC || code == EDQUOT)
        return {
            WP_TEMPFAIL,
            452,
            4,
            3,
            1,
            fmt::format("cannot {} {}: disk full; free space on this file system", action, path)};
    return {WP_TEMPFAIL, 451, 4,
            3,           0,   fmt::format("cannot {} {}: {}", action, path, std::strerror(code))};
}

#ifdef WAYPOST_FAULTS
namespace file_faults {
namespace {

enum trace_operation : unsigned char {
    created = 1,
    written,
    synced,
    synced_dir,
    renamed,
    unlinked,
    remark
};

struct state {
    std::mutex mutex;
    struct {
        int next = 0; // calls until the failure; 0: never
        int more = 0;
        int code = 0;
    } plans[3];
    std::FILE* trace = nullptr;

    state() {
        if (const char* path = std::getenv("WAYPOST_RECORD"))
            trace = std::fopen(path, "wb");
        if (const char* text = std::getenv("WAYPOST_FAIL"))
            parse(text);
    }
    void parse(const std::string& text) {
        char name[8] = {};
        char code[8] = {};
        int next = 0;
        int more = 0;
        if (std::sscanf(text.c_str(), "%7[a-z]:%d:%7[A-Z]:%d", name, &next, code, &more) < 3)
            return;
        const std::string_view call = name;
        plans[call == "create"  ? 0
              : call == "write" ? 1
                                : 2] = {next, more,
                                        std::string_view(code) == "ENOSPC" ? ENOSPC : EIO};
    }
};

state& armed() {
    static state all;
    return all;
}

/// The errno this call has to fail with, or 0.
int due(call which) {
    auto& all = armed();
    const std::lock_guard hold(all.mutex);
    auto& plan = all.plans[static_cast<int>(which)];
    if (plan.next == 0 || --plan.next > 0)
        return 0;
    if (plan.more > 0) {
        --plan.more;
        plan.next = 1;
    }
    return plan.code;
}

void put(std::FILE* to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        std::fputc(static_cast<int>(value >> (8 * i) & 0xff), to);
}

bool recording() {
    return armed().trace != nullptr;
}

void trace(trace_operation what, std::string_view path, std::uint64_t offset = 0,
           std::string_view data = {}) {
    auto& all = armed();
    const std::lock_guard hold(all.mutex);
    if (!all.trace)
        return;
    put(all.trace, what, 1);
    put(all.trace, path.size(), 2);
    put(all.trace, offset, 8);
    put(all.trace, data.size(), 4);
    std::fwrite(path.data(), 1, path.size(), all.trace);
    std::fwrite(data.data(), 1, data.size(), all.trace);
    std::fflush(all.trace);
}

} // namespace

void fail(call which, int nth, int code, int more) {
    auto& all = armed();
    const std::lock_guard hold(all.mutex);
    auto& plan = all.plans[static_cast<int>(which)];
    plan.next = nth;
    plan.code = code;
    plan.more = more;
}

void clear() {
    for (const auto which : {call::create, call::write, call::sync})
        fail(which, 0, 0);
}

void note(const std::string& text) {
    trace(remark, {}, 0, text);
}

void record(const std::string& path) {
    auto& all = armed();
    const std::lock_guard hold(all.mutex);
    if (all.trace)
        std::fclose(all.trace);
    all.trace = path.empty() ? nullptr : std::fopen(path.c_str(), "wb");
}

} // namespace file_faults
#define WP_TRACE(...) file_faults::trace(file_faults::__VA_ARGS__)
#define WP_DUE(which) file_faults::due(file_faults::call::which)
#else
#define WP_TRACE(...) static_cast<void>(0)
#define WP_DUE(which) 0
#endif

namespace {

/// Drops `count` bytes from the front of the vectors.
std::span<iovec> advance(std::span<iovec> vectors, std::size_t count) {
    while (!vectors.empty() && count >= vectors.front().iov_len) {
        count -= vectors.front().iov_len;
        vectors = vectors.subspan(1);
    }
    if (count > 0) {
        vectors.front().iov_base = static_cast<char*>(vectors.front().iov_base) + count;
        vectors.front().iov_len -= count;
    }
    return vectors;
}

#ifdef WAYPOST_FAULTS
std::string joined(std::span<const iovec> vectors) {
    std::string all;
    for (const auto& part : vectors)
        all.append(static_cast<const char*>(part.iov_base), part.iov_len);
    return all;
}
#endif

} // namespace

file::file(file&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

file& file::operator=(file&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
    return *this;
}

file::~file() {
    close();
}

void file::close() noexcept {
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

result<file> file::create(const std::filesystem::path& path) {
    if (const int code = WP_DUE(create))
        return io_failure("create", path.native(), code);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0)
        return io_failure("create", path.native(), errno);
    WP_TRACE(created, path.native());
    return file(fd, path.native());
}

result<file> file::open_read(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_failure("open", path.native(), errno);
    return file(fd, path.native());
}

result<file> file::open_write(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return io_failure("open", path.native(), errno);
    return file(fd, path.native());
}

result<void> file::write(std::span<iovec> vectors, std::uint64_t offset) {
#ifdef WAYPOST_FAULTS
    if (const int code = WP_DUE(write)) {
        const auto all = joined(vectors);
        if (::pwrite(fd_, all.data(), all.size() / 2, static_cast<off_t>(offset)) > 0)
            WP_TRACE(written, path_, offset, all.substr(0, all.size() / 2));
        return io_failure("write", path_, code);
    }
    const auto whole = file_faults::recording() ? joined(vectors) : std::string();
    const auto begin = offset;
#endif
    while (!vectors.empty()) {
        const auto count = std::min<std::size_t>(vectors.size(), IOV_MAX);
        const auto done =
            ::pwritev(fd_, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return io_failure("write", path_, done < 0 ? errno : ENOSPC);
        offset += static_cast<std::uint64_t>(done);
        vectors = advance(vectors, static_cast<std::size_t>(done));
    }
#ifdef WAYPOST_FAULTS
    if (!whole.empty())
        WP_TRACE(written, path_, begin, whole);
#endif
    return {};
}

result<void> file::write(std::string_view bytes, std::uint64_t offset) {
    if (bytes.empty())
        return {};
    iovec one{const_cast<char*>(bytes.data()), bytes.size()};
    return write(std::span(&one, 1), offset);
}

result<void> file::sync() {
    if (const int code = WP_DUE(sync))
        return io_failure("sync", path_, code);
    if (::fdatasync(fd_) != 0)
        return io_failure("sync", path_, errno);
    WP_TRACE(synced, path_);
    return {};
}

result<void> file::cut(std::uint64_t size) {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0 || ::fdatasync(fd_) != 0)
        return io_failure("cut", path_, errno);
    return {};
}

void file::forget_pages() noexcept {
    static_cast<void>(::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED));
}

result<std::uint64_t> file::size() const {
    struct stat facts {};
    if (::fstat(fd_, &facts) != 0)
        return io_failure("inspect", path_, errno);
    return static_cast<std::uint64_t>(facts.st_size);
}

result<void> sync_directory(const std::filesystem::path& path) {
    if (const int code = WP_DUE(sync))
        return io_failure("sync", path.native(), code);
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_failure("open", path.native(), errno);
    const int code = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (code != 0)
        return io_failure("sync", path.native(), code);
    WP_TRACE(synced_dir, path.native());
    return {};
}

result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return io_failure("rename", from.native(), errno);
    WP_TRACE(renamed, from.native(), 0, to.native());
    return {};
}

result<void> unlink_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT)
            return {};
        return io_failure("unlink", path.native(), errno);
    }
    WP_TRACE(unlinked, path.native());
    return {};
}

} // namespace waypost::kernel::log
