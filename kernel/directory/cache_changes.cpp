// SPDX-License-Identifier: Apache-2.0
// What the backends bring into the cache: their records, transactions of changes, tables made anew.
#include "directory/builder.hpp"
#include "directory/cache.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

struct backend_record : flat_view {
    using flat_view::flat_view;
    std::uint16_t slot() const { return static_cast<std::uint16_t>(number(0)); }
    bool complete() const { return number(1) != 0; }
    std::int64_t committed_ns() const { return number(2); }
    std::string_view cookie() const { return text(0); }
};

std::string backend_key(const std::string& name) {
    return "backend:" + name;
}

} // namespace

// --- backends ---

result<void> cache::add_backend(const std::string& name, const std::vector<std::string>& bases) {
    backend out;
    for (const auto& base : bases) {
        auto normalised = normalise_dn(base);
        if (!normalised)
            return normalised.failure();
        out.bases.push_back(*std::move(normalised));
    }
    const std::lock_guard lock(backends_mutex_);
    std::set<std::uint16_t> taken;
    for (const auto& [other, known] : backends_)
        taken.insert(known.slot);
    bool found = false;
    read().scan(table::meta, "backend:", [&](std::string_view key, std::string_view value) {
        if (!key.starts_with("backend:"))
            return false;
        const auto slot = backend_record(value).slot();
        taken.insert(slot);
        if (key == backend_key(name)) {
            out.slot = slot;
            out.complete = backend_record(value).complete();
            found = true;
        }
        return true;
    });
    // A place is not given to another backend while entries may carry it.
    if (!found)
        out.slot =
            taken.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(*taken.rbegin() + 1);
    const bool complete = out.complete;
    if (!backends_.insert_or_assign(name, std::move(out)).second)
        return error{WP_EXISTS, "directory backend " + name + " twice"};
    not_live_.fetch_add(1);
    if (!complete)
        not_complete_.fetch_add(1);
    return {};
}

cache::progress cache::progress_of(const std::string& name) const {
    const auto in = read();
    const backend_record record(in.meta(backend_key(name)));
    return {std::string(record.cookie()), record.complete(), record.committed_ns()};
}

void cache::write_backend(writer& into, const std::string& name, std::string_view cookie,
                          bool complete, std::int64_t ns) const {
    flat_writer out;
    {
        const std::lock_guard lock(backends_mutex_);
        const auto found = backends_.find(name);
        if (found == backends_.end())
            return;
        out.number(found->second.slot);
    }
    out.number(complete);
    out.number(ns);
    out.text(cookie);
    into.put(table::meta, backend_key(name), out.encode());
}

void cache::set_live(const std::string& name, bool live) {
    const std::lock_guard lock(backends_mutex_);
    const auto found = backends_.find(name);
    if (found == backends_.end() || found->second.live == live)
        return;
    found->second.live = live;
    not_live_.fetch_add(live ? -1 : 1);
}

void cache::set_complete(const std::string& name) {
    const std::lock_guard lock(backends_mutex_);
    const auto found = backends_.find(name);
    if (found == backends_.end() || found->second.complete)
        return;
    found->second.complete = true;
    not_complete_.fetch_sub(1);
}

bool cache::owns(const backend& who, std::string_view normalised) const noexcept {
    if (who.bases.empty())
        return true;
    return std::any_of(who.bases.begin(), who.bases.end(),
                       [&](const auto& base) { return is_within(normalised, base); });
}

bool cache::is_of(const std::string& name, std::string_view base) const {
    const std::lock_guard lock(backends_mutex_);
    const auto found = backends_.find(name);
    return found != backends_.end() && owns(found->second, base);
}

// --- changes ---

result<void> cache::apply(const std::string& name, const std::vector<change>& changes,
                          std::string_view cookie, bool with_cookie) {
    const std::lock_guard lock(write_mutex_);
    for (int attempt = 0; attempt < 4; ++attempt) {
        bool map_full = false;
        auto applied = apply_to(current(), name, changes, cookie, with_cookie, map_full);
        if (!map_full)
            return applied;
        if (auto grown = grow(); !grown)
            return grown;
    }
    return error{WP_TEMPFAIL, "the directory cache does not grow fast enough for these changes"};
}

result<void> cache::apply_to(generation& into, const std::string& name,
                             const std::vector<change>& changes, std::string_view cookie,
                             bool with_cookie, bool& map_full) {
    backend who;
    {
        const std::lock_guard lock(backends_mutex_);
        const auto found = backends_.find(name);
        if (found == backends_.end())
            return error{WP_INVALID, "unknown directory backend " + name};
        who = found->second;
    }
    const auto sequence = sequence_ + 1;
    writer tables(into.env());
    indexer index(tables, options_.generators, sequence, options_.log);
    const auto remove = [&](const std::string& key) {
        std::string_view record;
        // A backend removes what it has, not what another one has.
        if (!key.empty() && tables.get(table::entries, key, record) &&
            entry_view(record).backend() == who.slot)
            index.remove(key);
    };
    for (const auto& item : changes) {
        if (!item.record.empty())
            index.put(restamp_entry(entry_view(item.record), who.slot, sequence));
        else
            remove(item.uuid.empty() ? item.key : index.key_of_uuid(item.uuid));
    }
    auto finished = index.finish();
    if (with_cookie) {
        std::string_view record;
        const bool complete =
            tables.get(table::meta, backend_key(name), record) && backend_record(record).complete();
        write_backend(tables, name, cookie, complete, options_.now_ns());
    }
    tables.put(table::meta, "sequence",
               {reinterpret_cast<const char*>(&sequence), sizeof sequence});
    const int rc = finished || tables.failure() ? tables.commit() : 0;
    map_full = rc == MDB_MAP_FULL;
    if (rc != 0)
        return lmdb_error(rc, "commit changes", into.env().folder());
    if (!finished)
        return finished;
    sequence_ = sequence;
    if (!index.affected_domains().empty())
        options_.changed(index.affected_domains());
    if (recording_)
        recorded_.insert(index.changed_keys().begin(), index.changed_keys().end());
    return {};
}

// --- generators ---

result<void> cache::set_generators(std::vector<generator> generators) {
    {
        const std::lock_guard lock(write_mutex_);
        options_.generators = std::move(generators);
    }
    return regenerate();
}

result<void> cache::regenerate() {
    auto build = builder::start(*this, {});
    if (!build)
        return build.failure();
    return (*build)->commit({});
}

result<void> cache::regenerate_site() {
    const std::lock_guard lock(write_mutex_);
    for (int attempt = 0; attempt < 4; ++attempt) {
        const auto sequence = sequence_ + 1;
        writer tables(current().env());
        indexer index(tables, options_.generators, sequence, options_.log);
        if (auto made = index.rebuild_site(); !made)
            return made;
        tables.put(table::meta, "sequence",
                   {reinterpret_cast<const char*>(&sequence), sizeof sequence});
        const int rc = tables.commit();
        if (rc == 0) {
            sequence_ = sequence;
            recorded_site_ = recording_;
            return {};
        }
        if (rc != MDB_MAP_FULL)
            return lmdb_error(rc, "commit rows", current().env().folder());
        if (auto grown = grow(); !grown)
            return grown;
    }
    return error{WP_TEMPFAIL, "the directory cache does not grow fast enough for these rows"};
}

// --- status ---

cache_status cache::status() const {
    cache_status out;
    const auto in = read();
    out.generation = in.generation_number();
    out.entries = in.count(table::entries);
    out.domains = in.count(table::domains);
    out.users = in.count(table::accounts);
    out.addresses = in.count(table::aliases);
    if (const auto text = in.meta("sequence"); text.size() == sizeof out.sequence)
        std::memcpy(&out.sequence, text.data(), sizeof out.sequence);
    {
        std::error_code ignored;
        const auto& env = ring_[out.generation % ring_size].env();
        out.bytes =
            std::filesystem::file_size(std::filesystem::path(env.folder()) / "data.mdb", ignored);
        if (ignored)
            out.bytes = 0;
    }
    const std::lock_guard lock(backends_mutex_);
    std::int64_t newest = 0;
    for (const auto& [name, known] : backends_) {
        const backend_record record(in.meta(backend_key(name)));
        out.backends.push_back(
            {name, known.live, record.complete(), record.committed_ns(), record.cookie().size()});
        newest = std::max(newest, record.committed_ns());
    }
    if (newest > 0)
        out.age_ns = options_.now_ns() - newest;
    out.live = is_live();
    out.building = std::any_of(ring_.begin(), ring_.end(), [](const auto& g) {
        return g.state.load() == generation::phase::building;
    });
    return out;
}

} // namespace waypost::kernel::directory
