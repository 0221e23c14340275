// SPDX-License-Identifier: Apache-2.0
// One LMDB environment and the tables in it.
//
// Durability: a serving environment is opened with MDB_NOMETASYNC: each commit syncs its data, and
// a power cut may lose the last commit as a whole, cookie and rows together, which the next read
// repeats. MDB_NOSYNC is set only while a generation is built, before anything names it; it is
// synced as a whole before CURRENT does.
#pragma once

#include <waypost/result.hpp>

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::kernel::directory {

enum class table : std::size_t {
    meta,     ///< texts of the cache itself; "backend:NAME"
    entries,  ///< entry key -> entry record
    uuids,    ///< UUID -> entry key
    claims,   ///< domain name, digest of the entry -> why this entry says it is the domain's
    bases,    ///< entry key of a base DN -> names of the domains whose users are below it
    domains,  ///< folded name -> domain record
    routes,   ///< row key of the domain -> route row
    aliases,  ///< row key of the address -> account row
    accounts, ///< row key of uid@domain -> account row
    produced, ///< 'e' entry key | 'd' domain -> keys of the rows that were made for it
    lists,    ///< entry keys of groups
};
inline constexpr std::size_t table_count = 11;

error lmdb_error(int code, std::string_view doing, const std::filesystem::path& where);

/// Owns the environment. Its transactions obey LMDB: one writer, readers anywhere.
class environment {
public:
    environment() = default;
    ~environment() { close(); }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

    /// Makes the folder and the tables where they are missing.
    result<void> open(const std::filesystem::path& folder, std::size_t map_size, bool building);
    void close() noexcept;
    bool is_open() const noexcept { return env_ != nullptr; }
    /// End of building: all of it on disk, then opened anew for readers, with room to grow.
    result<void> settle();
    /// What was committed so far to the disk, so that settle has little left to do.
    result<void> sync();

    MDB_env* get() const noexcept { return env_; }
    MDB_dbi dbi(table which) const noexcept { return dbis_[static_cast<std::size_t>(which)]; }
    const std::filesystem::path& folder() const noexcept { return folder_; }
    std::size_t map_size() const noexcept;
    std::size_t used() const noexcept;
    /// Grows the map to `factor` times what is used, 1 GiB at least (sparse). Only while no
    /// transaction is open.
    int make_room(std::size_t factor) noexcept;
    bool building() const noexcept { return building_; }

private:
    result<void> open_tables();
    bool building_ = false;
    MDB_env* env_ = nullptr;
    std::array<MDB_dbi, table_count> dbis_{};
    std::filesystem::path folder_;
};

/// One write transaction; the first failure sticks and makes all that follows do nothing. Single
/// thread. A view that get() returned is valid until the next put or erase.
class writer {
public:
    explicit writer(environment& env) : env_(&env) { begin(); }
    ~writer() { abort(); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    int failure() const noexcept { return failure_; }
    bool building() const noexcept { return env_->building(); }
    bool get(table from, std::string_view key, std::string_view& value);
    void put(table into, std::string_view key, std::string_view value);
    void erase(table from, std::string_view key);
    void clear(table which);
    /// Visits in key order from the first key >= `from`; `visit` returns where to go on (empty: at
    /// the next key), or null to stop. It must not write.
    using visitor =
        std::function<std::optional<std::string>(std::string_view key, std::string_view value)>;
    void scan(table in, std::string_view from, const visitor& visit);
    std::size_t count(table of);

    int commit() noexcept;
    void abort() noexcept;
    /// While a generation is built: commits and goes on, so that a transaction does not grow with
    /// the directory.
    void checkpoint();
    /// Commits and begins again.
    void restart();

private:
    void begin() noexcept;
    environment* env_;
    MDB_txn* txn_ = nullptr;
    int failure_ = 0;
    std::size_t written_ = 0;
};

} // namespace waypost::kernel::directory
