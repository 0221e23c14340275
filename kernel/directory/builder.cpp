// SPDX-License-Identifier: Apache-2.0
#include "directory/builder.hpp"

#include "directory/keys.hpp"

#include <waypost/abi/host.h>

#include <fmt/format.h>

namespace waypost::kernel::directory {

result<std::unique_ptr<builder>> builder::start(cache& in, std::string backend) {
    {
        std::unique_lock lock(in.build_mutex_);
        in.build_done_.wait(lock, [&] { return !in.building_; });
        in.building_ = true;
    }
    std::unique_ptr<builder> out(new builder(in, std::move(backend)));
    if (auto opened = out->open(); !opened)
        return opened.failure();
    return out;
}

result<void> builder::open() {
    {
        // From here on every change is noted, so that none can fall between the copy and the swap.
        const std::lock_guard lock(cache_.write_mutex_);
        cache_.recorded_.clear();
        cache_.recorded_site_ = false;
        cache_.recording_ = true;
        sequence_ = cache_.sequence_ + 1;
    }
    cache_.reap();
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(cache_.build_mutex_);
        for (std::size_t tried = 0; tried < cache::ring_size && !next_; ++tried) {
            number = ++cache_.last_number_;
            next_ = cache_.free_place(number);
        }
    }
    if (!next_)
        return error{WP_BUSY, "too many generations of the directory cache are still being read"};
    const auto folder = cache_.options_.folder / fmt::format("gen-{}", number);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    if (auto opened = next_->open(folder, number, cache_.options_.map_size, true); !opened)
        return opened;
    tables_ = std::make_unique<writer>(next_->env());
    indexer_ = std::make_unique<indexer>(*tables_, cache_.options_.generators, sequence_,
                                         cache_.options_.log);
    return problem("begin");
}

builder::~builder() {
    indexer_.reset();
    tables_.reset();
    {
        const std::lock_guard lock(cache_.write_mutex_);
        cache_.recording_ = false;
        cache_.recorded_.clear();
        if (!committed_ && next_ && next_->state.load() == generation::phase::building)
            next_->close(true);
    }
    const std::lock_guard lock(cache_.build_mutex_);
    cache_.building_ = false;
    cache_.build_done_.notify_all();
}

result<void> builder::problem(std::string_view doing) const {
    if (tables_->failure())
        return lmdb_error(tables_->failure(), doing, next_->env().folder());
    return {};
}

result<void> builder::put(const std::string& record) {
    indexer_->put(record);
    return problem("write entries");
}

result<void> builder::keep(std::string_view uuid) {
    const auto in = cache_.read();
    std::string record;
    in.scan(table::uuids, uuid, [&](std::string_view found, std::string_view key) {
        if (found == uuid)
            record = restamp_entry(in.entry_by_key(key), in.entry_by_key(key).backend(), sequence_);
        return false;
    });
    if (record.empty())
        return error{WP_NOT_FOUND,
                     "the backend names an entry as unchanged that is not known; read in full"};
    return put(record);
}

result<void> builder::copy_other_backends() {
    std::set<std::uint16_t> others;
    {
        const std::lock_guard lock(cache_.backends_mutex_);
        for (const auto& [name, known] : cache_.backends_)
            if (name != backend_)
                others.insert(known.slot);
    }
    if (others.empty())
        return {};
    // Its own read transaction a batch: a long one would keep the current generation from using its
    // pages again.
    std::string from;
    for (bool more = true; more;) {
        std::vector<std::string> batch;
        more = false;
        {
            const auto in = cache_.read();
            in.scan(table::entries, from, [&](std::string_view key, std::string_view record) {
                if (batch.size() == 4096) {
                    from = key;
                    more = true;
                    return false;
                }
                const entry_view entry(record);
                if (others.count(entry.backend()))
                    batch.push_back(restamp_entry(entry, entry.backend(), sequence_));
                return true;
            });
        }
        for (const auto& record : batch)
            indexer_->put(record);
        if (auto ok = problem("copy entries"); !ok)
            return ok;
    }
    return {};
}

result<void> builder::replay_recorded() {
    if (cache_.recorded_site_)
        if (auto made = indexer_->rebuild_site(); !made)
            return made;
    if (cache_.recorded_.empty())
        return {};
    const auto in = cache_.read();
    for (const auto& key : cache_.recorded_) {
        const auto entry = in.entry_by_key(key);
        if (entry.valid())
            indexer_->put(restamp_entry(entry, entry.backend(), sequence_));
        else
            indexer_->remove(key);
    }
    return indexer_->finish();
}

void builder::write_meta(std::string_view cookie) {
    const auto in = cache_.read();
    in.scan(table::meta, {}, [&](std::string_view key, std::string_view value) {
        const auto name = key.starts_with("backend:") ? std::string(key.substr(8)) : std::string{};
        if (!name.empty()) {
            const std::lock_guard lock(cache_.backends_mutex_);
            if (!cache_.backends_.count(name))
                return true; // left the configuration, its entries with it
        }
        tables_->put(table::meta, key, value);
        return true;
    });
    if (!backend_.empty())
        cache_.write_backend(*tables_, backend_, cookie, true, cache_.options_.now_ns());
    tables_->put(table::meta, "sequence",
                 {reinterpret_cast<const char*>(&sequence_), sizeof sequence_});
}

result<void> builder::commit(std::string_view cookie) {
    if (auto copied = copy_other_backends(); !copied)
        return copied;
    if (auto made = indexer_->finish(); !made)
        return made;
    // The long part of the sync while changes still go on.
    tables_->restart();
    if (auto ok = problem("write rows"); !ok)
        return ok;
    if (auto synced = next_->env().sync(); !synced)
        return synced;

    std::unique_lock lock(cache_.write_mutex_);
    sequence_ = std::max(sequence_, cache_.sequence_ + 1);
    if (auto replayed = replay_recorded(); !replayed)
        return replayed;
    write_meta(cookie);
    if (const int rc = tables_->commit())
        return lmdb_error(rc, "commit", next_->env().folder());
    if (auto settled = next_->env().settle(); !settled)
        return settled;
    if (auto swapped = cache_.swap_in(*next_); !swapped)
        return swapped;
    cache_.sequence_ = sequence_;
    committed_ = true;
    cache_.set_complete(backend_);
    cache_.options_.changed({});
    return {};
}

} // namespace waypost::kernel::directory
