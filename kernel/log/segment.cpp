// SPDX-License-Identifier: Apache-2.0
// Segment files; see segment.hpp.
#include "log/segment.hpp"

#include "log/fault.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <random>
#include <stdexcept>

namespace waypost::kernel::log {

std::filesystem::path segment_path(const std::filesystem::path& directory, segment_id id) {
    return directory / "log" / fmt::format("{:016x}.seg", id);
}

std::filesystem::path large_message_path(const std::filesystem::path& directory, message_id id) {
    return directory / "spool" / fmt::format("{:016x}.msg", id);
}

std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
    if (name.size() != 16 + suffix.size() || name.substr(16) != suffix)
        return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + 16, value, 16);
    if (code != std::errc() || end != name.data() + 16)
        return std::nullopt;
    return value;
}

segment_key random_key() {
    segment_key key;
    if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
        throw std::runtime_error("the system gives no random bytes");
    return key;
}

result<file> create_segment(const std::filesystem::path& directory, const segment_header& header) {
    const auto path = segment_path(directory, header.id);
    auto made = file::create(path);
    if (!made)
        return made;
    char line[segment_header_size];
    encode(header, line);
    auto outcome = made->write(std::string_view(line, sizeof line), 0);
    if (outcome)
        outcome = made->sync();
    if (outcome)
        outcome = sync_directory(directory / "log");
    if (!outcome) {
        static_cast<void>(unlink_file(path));
        return outcome.failure();
    }
    fault::point("log.segment.created");
    return made;
}

result<std::shared_ptr<const mapping>> mapping::open(const std::filesystem::path& path,
                                                     std::size_t at_least) {
    auto opened = file::open_read(path);
    if (!opened)
        return opened.failure();
    const auto size = opened->size();
    if (!size)
        return size.failure();
    const std::size_t length = std::max<std::size_t>({*size, at_least, 1});
    void* at = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, opened->descriptor(), 0);
    if (at == MAP_FAILED)
        return io_failure("map", path.native(), errno);
    return std::shared_ptr<const mapping>(new mapping(static_cast<const char*>(at), length));
}

mapping::~mapping() {
    ::munmap(const_cast<char*>(data_), size_);
}

} // namespace waypost::kernel::log
