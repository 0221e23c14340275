// SPDX-License-Identifier: Apache-2.0
// One generation of the cache: an environment in a folder of its own, and the read transactions
// that wait in it to be used again. Generations live in a ring of places that are never freed, so
// that a reader gets hold of the current one with two atomic operations and no lock; the last
// reader of a retired one leaves it to the janitor.
#pragma once

#include "directory/tables.hpp"

#include <array>
#include <atomic>

namespace waypost::kernel::directory {

/// A read transaction with its cursors, reset and renewed.
struct read_slot {
    MDB_txn* txn = nullptr;
    MDB_cursor* routes = nullptr;
    MDB_cursor* aliases = nullptr;
    MDB_cursor* accounts = nullptr;
};

/// acquire/release and the slots: thread-safe. open, close: the cache, while nobody reads.
class generation {
public:
    enum class phase : std::uint8_t { free, building, serving, retired };

    ~generation() { close(false); }

    result<void> open(const std::filesystem::path& folder, std::uint64_t number,
                      std::size_t map_size, bool building);
    void close(bool remove_folder) noexcept;

    environment& env() noexcept { return env_; }
    std::uint64_t number() const noexcept { return number_.load(); }
    bool is_read() const noexcept { return readers_.load() != 0; }

    void enter() noexcept { readers_.fetch_add(1); }
    /// True: that was the last one.
    bool leave() noexcept { return readers_.fetch_sub(1) == 1; }

    /// A renewed transaction, or null when LMDB gives none.
    read_slot* take() noexcept;
    void give_back(read_slot* slot) noexcept;

    std::atomic<phase> state{phase::free};

private:
    static void destroy(read_slot* slot) noexcept;
    read_slot* make() noexcept;

    environment env_;
    std::atomic<std::uint64_t> number_{0};
    std::atomic<std::uint32_t> readers_{0};
    std::array<std::atomic<read_slot*>, 64> idle_{};
};

} // namespace waypost::kernel::directory
