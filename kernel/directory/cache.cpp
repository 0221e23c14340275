// SPDX-License-Identifier: Apache-2.0
#include "directory/cache.hpp"

#include "directory/builder.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/dn.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

namespace waypost::kernel::directory {

namespace {

constexpr std::string_view format_name = "waypost directory cache 3";
constexpr std::string_view folder_prefix = "gen-";

std::int64_t system_now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::optional<std::uint64_t> folder_number(std::string_view name) {
    if (!name.starts_with(folder_prefix))
        return std::nullopt;
    name.remove_prefix(folder_prefix.size());
    std::uint64_t number = 0;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (bad != std::errc{} || end != name.data() + name.size())
        return std::nullopt;
    return number;
}

std::filesystem::path folder_of(const std::filesystem::path& top, std::uint64_t number) {
    return top / fmt::format("{}{}", folder_prefix, number);
}

std::optional<std::uint64_t> read_current(const std::filesystem::path& top) {
    std::string text;
    if (FILE* file = std::fopen((top / "CURRENT").c_str(), "re")) {
        char buffer[64];
        text.assign(buffer, std::fread(buffer, 1, sizeof buffer, file));
        std::fclose(file);
    }
    while (text.ends_with('\n'))
        text.pop_back();
    return folder_number(text);
}

bool sync_path(const std::filesystem::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool done = ::fsync(fd) == 0;
    ::close(fd);
    return done;
}

} // namespace

cache::cache(cache_options options) : options_(std::move(options)) {
    if (!options_.log)
        options_.log = [](std::int32_t, std::string_view) {};
    if (!options_.now_ns)
        options_.now_ns = system_now_ns;
}

result<std::unique_ptr<cache>> cache::open(cache_options options) {
    std::unique_ptr<cache> out(new cache(std::move(options)));
    if (auto opened = out->open_current(); !opened)
        return opened.failure();
    out->janitor_thread_ = std::thread([self = out.get()] { self->janitor(); });
    return out;
}

cache::~cache() {
    {
        const std::lock_guard lock(janitor_mutex_);
        stopping_ = true;
    }
    janitor_wake_.notify_all();
    if (janitor_thread_.joinable())
        janitor_thread_.join();
    for (auto& place : ring_)
        place.close(place.number() != current_.load());
}

result<void> cache::open_current() {
    std::error_code failed;
    std::filesystem::create_directories(options_.folder, failed);
    if (failed)
        return error{WP_TEMPFAIL,
                     fmt::format("cannot make {}: {}", options_.folder.string(), failed.message())};
    const auto number = usable_generation();
    for (const auto& item : std::filesystem::directory_iterator(options_.folder, failed)) {
        const auto found = folder_number(item.path().filename().string());
        if (!found)
            continue;
        last_number_ = std::max(last_number_, *found);
        // Left behind by a crash while it was built, or before it was removed.
        if (found != number)
            std::filesystem::remove_all(item.path(), failed);
    }
    if (number) {
        current_.store(*number);
        return {};
    }
    const auto first = ++last_number_;
    auto& place = ring_[first % ring_size];
    if (auto opened =
            place.open(folder_of(options_.folder, first), first, options_.map_size, false);
        !opened)
        return opened;
    writer tables(place.env());
    tables.put(table::meta, "format", format_name);
    if (const int rc = tables.commit())
        return lmdb_error(rc, "write", place.env().folder());
    if (auto named = write_current(first); !named)
        return named;
    current_.store(first);
    return {};
}

/// The one named as current, opened, or none: it is built anew then.
std::optional<std::uint64_t> cache::usable_generation() {
    const auto number = read_current(options_.folder);
    if (!number)
        return {};
    auto& place = ring_[*number % ring_size];
    auto opened =
        place.open(folder_of(options_.folder, *number), *number, options_.map_size, false);
    if (opened) {
        writer tables(place.env());
        std::string_view text;
        const bool fits = tables.get(table::meta, "format", text) && text == format_name;
        if (fits && tables.get(table::meta, "sequence", text) && text.size() == sizeof sequence_)
            std::memcpy(&sequence_, text.data(), sizeof sequence_);
        tables.abort();
        if (!fits)
            opened = error{WP_PERMFAIL, "made by another version"};
    }
    if (opened && place.env().make_room(4) != 0)
        opened = error{WP_TEMPFAIL, "cannot map it"};
    if (opened)
        return number;
    options_.log(WP_LOG_ERROR,
                 fmt::format("directory cache {} cannot be used and is built anew: {}",
                             options_.folder.string(), opened.failure().text));
    place.close(false);
    return {};
}

result<void> cache::write_current(std::uint64_t number) {
    const auto path = options_.folder / "CURRENT";
    const auto temporary = options_.folder / "CURRENT.new";
    const auto text = fmt::format("{}{}\n", folder_prefix, number);
    const auto problem = [&](const char* what) {
        return error{WP_TEMPFAIL,
                     fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno))};
    };
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return problem("create");
    const bool written =
        ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(fd) == 0;
    ::close(fd);
    if (!written)
        return problem("write");
    if (!sync_path(folder_of(options_.folder, number), O_RDONLY | O_DIRECTORY))
        return problem("sync the folder for");
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        return problem("rename");
    if (!sync_path(options_.folder, O_RDONLY | O_DIRECTORY))
        return problem("sync the folder of");
    return {};
}

reader cache::read() const noexcept {
    for (;;) {
        const auto number = current_.load();
        auto& place = ring_[number % ring_size];
        place.enter();
        // Still current after we were counted: it will not be closed before we leave.
        if (current_.load() == number)
            return reader(*this, place);
        leave(place);
    }
}

void cache::leave(generation& of) const noexcept {
    if (!of.leave() || of.number() == current_.load())
        return;
    {
        const std::lock_guard lock(janitor_mutex_);
        janitor_work_ = true;
    }
    janitor_wake_.notify_one();
}

void cache::janitor() {
    std::unique_lock lock(janitor_mutex_);
    while (!stopping_) {
        janitor_wake_.wait(lock, [&] { return janitor_work_ || stopping_; });
        janitor_work_ = false;
        lock.unlock();
        reap();
        lock.lock();
    }
}

void cache::reap() {
    const std::lock_guard lock(write_mutex_);
    for (auto& place : ring_)
        if (place.state.load() == generation::phase::retired && !place.is_read())
            place.close(true);
}

generation* cache::free_place(std::uint64_t number) {
    auto& place = ring_[number % ring_size];
    return place.state.load() == generation::phase::free ? &place : nullptr;
}

result<void> cache::swap_in(generation& next) {
    if (auto named = write_current(next.number()); !named)
        return named;
    auto& old = current();
    next.state.store(generation::phase::serving);
    current_.store(next.number());
    old.state.store(generation::phase::retired);
    {
        const std::lock_guard lock(janitor_mutex_);
        janitor_work_ = true;
    }
    janitor_wake_.notify_one();
    return {};
}

/// The map of an environment that is read cannot grow in place: a copy with twice the room takes
/// over.
result<void> cache::grow() {
    std::uint64_t number = 0;
    generation* place = nullptr;
    {
        const std::lock_guard lock(build_mutex_);
        for (std::size_t tried = 0; tried < ring_size && !place; ++tried)
            place = free_place(number = ++last_number_);
    }
    if (!place)
        return error{WP_BUSY, "too many generations of the directory cache are still being read"};
    const auto folder = folder_of(options_.folder, number);
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    auto& from = current();
    if (const int rc = mdb_env_copy2(from.env().get(), folder.c_str(), MDB_CP_COMPACT)) {
        std::filesystem::remove_all(folder, ignored);
        return lmdb_error(rc, "copy into a larger map", folder);
    }
    const auto room = from.env().map_size() * 2;
    options_.log(WP_LOG_NOTICE,
                 fmt::format("directory cache: the map is full at {} bytes, going on with {}",
                             from.env().map_size(), room));
    if (auto opened = place->open(folder, number, room, false); !opened)
        return opened;
    return swap_in(*place);
}

} // namespace waypost::kernel::directory
