// SPDX-License-Identifier: Apache-2.0
#include "zone_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

namespace waypost::zonefile {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20U;

error cannot(const char* what, const std::filesystem::path& file) {
    return {WP_TEMPFAIL, std::string("cannot ") + what + ' ' + file.string() + ": " +
                             std::generic_category().message(errno)};
}

struct descriptor {
    explicit descriptor(int number) : fd(number) {}
    ~descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    const int fd;
};

/// Nothing: there is no file.
result<std::optional<std::string>> content_of(const std::filesystem::path& file) {
    const descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (in.fd < 0)
        return errno == ENOENT ? result<std::optional<std::string>>(std::optional<std::string>())
                               : cannot("open", file);
    std::string out;
    std::array<char, 65536> block{};
    for (;;) {
        const auto got = ::read(in.fd, block.data(), block.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot("read", file);
        if (got == 0)
            return std::optional<std::string>(std::move(out));
        out.append(block.data(), static_cast<std::size_t>(got));
        if (out.size() > largest_file)
            return error{WP_INVALID, file.string() + " is larger than 64 MiB"};
    }
}

/// The old file or the new one is there at any time, also after a power cut.
result<void> replace(const std::filesystem::path& file, std::string_view text) {
    const auto fresh = file.string() + ".new";
    {
        const descriptor out(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
        // The name server reads it as another user, whatever the umask is.
        if (out.fd < 0 || ::fchmod(out.fd, 0644) != 0)
            return cannot("write", fresh);
        while (!text.empty()) {
            const auto put = ::write(out.fd, text.data(), text.size());
            if (put < 0 && errno != EINTR)
                return cannot("write", fresh);
            text.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
        }
        if (::fsync(out.fd) != 0)
            return cannot("write", fresh);
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return cannot("write", file);
    const descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.fd >= 0 && ::fsync(folder.fd) == 0 ? result<void>() : cannot("write", file);
}

} // namespace

zone_files::zone_files(dns::settings reader, std::filesystem::path folder)
    : zones_(reader.zones), reader_(std::move(reader)), folder_(std::move(folder)) {}

std::filesystem::path zone_files::file_of(const std::string& zone) const {
    return folder_ / (zone + ".records");
}

result<std::string> zone_files::zone_of(std::string_view name) const {
    auto zone = reader_.zone_of(name);
    if (!zone)
        return zone;
    const bool ours = std::find(zones_.begin(), zones_.end(), *zone) != zones_.end();
    return ours ? zone : std::string();
}

result<void> zone_files::make_files() {
    const std::lock_guard lock(mutex_);
    for (const auto& zone : zones_) {
        const auto now = content_of(file_of(zone));
        if (!now)
            return now.failure();
        const auto read = fragment::parse(now->value_or(std::string()));
        if (!read)
            return error{WP_INVALID, file_of(zone).string() + ' ' + read.failure().text};
        if (!*now)
            if (auto made = replace(file_of(zone), read->text()); !made)
                return made;
    }
    return {};
}

result<void> zone_files::apply(std::string_view zone, const std::vector<dns::change>& changes) {
    const auto name = std::find(zones_.begin(), zones_.end(), zone);
    if (name == zones_.end())
        return error{WP_DENIED, "zone " + std::string(zone) + " is not in the list 'zones'"};
    for (const auto& one : changes)
        if (!dns::within(one.what.owner, zone))
            return error{WP_INVALID, one.what.owner + " lies outside " + std::string(zone)};
    const auto file = file_of(*name);
    const std::lock_guard lock(mutex_);
    const auto now = content_of(file);
    if (!now)
        return now.failure();
    const auto before = now->value_or(std::string());
    auto rows = fragment::parse(before);
    if (!rows)
        return error{WP_INVALID, file.string() + ' ' + rows.failure().text};
    if (auto done = rows->apply(changes); !done)
        return done;
    const auto after = rows->text();
    return after == before ? result<void>() : replace(file, after);
}

result<std::vector<dns::record>> zone_files::read(std::string_view owner,
                                                  std::string_view type) const {
    return reader_.read(owner, type);
}

} // namespace waypost::zonefile
