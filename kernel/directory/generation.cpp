// SPDX-License-Identifier: Apache-2.0
#include "directory/generation.hpp"

#include <new>

namespace waypost::kernel::directory {

namespace {

std::atomic<std::size_t> next_thread{0};

/// Spreads threads over the places; two threads on one place cost speed only.
std::size_t thread_number() noexcept {
    thread_local const std::size_t number = next_thread.fetch_add(1);
    return number;
}

} // namespace

result<void> generation::open(const std::filesystem::path& folder, std::uint64_t number,
                              std::size_t map_size, bool building) {
    auto opened = env_.open(folder, map_size, building);
    if (!opened)
        return opened;
    number_.store(number);
    state.store(building ? phase::building : phase::serving);
    return {};
}

void generation::close(bool remove_folder) noexcept {
    for (auto& place : idle_)
        destroy(place.exchange(nullptr));
    if (state.load() == phase::free)
        return;
    const auto folder = env_.folder();
    env_.close();
    std::error_code ignored;
    if (remove_folder)
        std::filesystem::remove_all(folder, ignored);
    state.store(phase::free);
}

void generation::destroy(read_slot* slot) noexcept {
    if (!slot)
        return;
    for (auto* cursor : {slot->routes, slot->aliases, slot->accounts})
        if (cursor)
            mdb_cursor_close(cursor);
    if (slot->txn)
        mdb_txn_abort(slot->txn);
    delete slot;
}

read_slot* generation::make() noexcept {
    auto* slot = new (std::nothrow) read_slot;
    if (!slot)
        return nullptr;
    int rc = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &slot->txn);
    if (rc == 0)
        rc = mdb_cursor_open(slot->txn, env_.dbi(table::routes), &slot->routes);
    if (rc == 0)
        rc = mdb_cursor_open(slot->txn, env_.dbi(table::aliases), &slot->aliases);
    if (rc == 0)
        rc = mdb_cursor_open(slot->txn, env_.dbi(table::accounts), &slot->accounts);
    if (rc == 0)
        return slot;
    destroy(slot);
    return nullptr;
}

read_slot* generation::take() noexcept {
    auto* slot = idle_[thread_number() % idle_.size()].exchange(nullptr, std::memory_order_acq_rel);
    if (!slot)
        return make();
    int rc = mdb_txn_renew(slot->txn);
    for (auto* cursor : {slot->routes, slot->aliases, slot->accounts})
        if (rc == 0)
            rc = mdb_cursor_renew(slot->txn, cursor);
    if (rc == 0)
        return slot;
    destroy(slot);
    return make();
}

void generation::give_back(read_slot* slot) noexcept {
    if (!slot)
        return;
    mdb_txn_reset(slot->txn);
    destroy(idle_[thread_number() % idle_.size()].exchange(slot, std::memory_order_acq_rel));
}

} // namespace waypost::kernel::directory
