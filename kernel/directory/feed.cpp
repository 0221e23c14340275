// SPDX-License-Identifier: Apache-2.0
#include "directory/feed.hpp"

#include "directory/access_control.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/dn.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

constexpr std::size_t uuid_size = 16; // RFC 4530 s2.1
constexpr std::uint64_t entries_per_report = 10000;

/// A UUID as text would name nothing that is known: in a removal or a present phase that costs
/// entries, so it is refused.
result<void> check_uuid(const std::string& backend, wp_bytes uuid, std::string_view dn) {
    if (uuid.size == 0 || uuid.size == uuid_size)
        return {};
    return error{WP_INVALID,
                 fmt::format("backend {}: the UUID of {} has {} octets, not {}", backend,
                             dn.empty() ? "an entry" : dn, uuid.size, uuid_size)};
}

} // namespace

template <class Call>
wp_status feed::guarded(void* ctx, wp_error* why, Call call) noexcept {
    try {
        auto& self = *static_cast<feed*>(ctx);
        auto outcome = self.stopping_ ? error{WP_STOPPING, "the daemon is stopping"} : call(self);
        if (outcome)
            return WP_OK;
        fill_error(why, outcome.failure());
        return outcome.failure().status;
    } catch (const std::exception& broken) {
        fill_error(why, {WP_BUG, fmt::format("directory cache: {}", broken.what())});
        return WP_BUG;
    }
}

feed::feed(cache& into, std::string backend, bool of_lookup)
    : cache_(into), backend_(std::move(backend)), of_lookup_(of_lookup) {
    abi_.struct_size = sizeof abi_;
    abi_.ctx = this;
    abi_.begin = [](void* ctx, std::int32_t kind, wp_error* why) {
        return guarded(ctx, why, [&](feed& self) { return self.begin(kind); });
    };
    abi_.entries = [](void* ctx, const wp_entry* items, std::uint64_t count, wp_error* why) {
        return guarded(ctx, why, [&](feed& self) { return self.entries(items, count); });
    };
    abi_.removed = [](void* ctx, const wp_entry* items, std::uint64_t count, wp_error* why) {
        return guarded(ctx, why, [&](feed& self) { return self.removed(items, count); });
    };
    abi_.present = [](void* ctx, const wp_bytes* uuids, std::uint64_t count, wp_error* why) {
        return guarded(ctx, why, [&](feed& self) { return self.present(uuids, count); });
    };
    abi_.commit = [](void* ctx, wp_bytes cookie, wp_error* why) {
        return guarded(ctx, why, [&](feed& self) { return self.commit(cookie); });
    };
    abi_.existing = [](void* ctx, std::int32_t what, wp_str base, const wp_entry* items,
                       std::uint64_t count, wp_error* why) {
        return guarded(ctx, why,
                       [&](feed& self) { return self.existing(what, base, items, count); });
    };
    abi_.abort = [](void* ctx) { static_cast<feed*>(ctx)->end(); };
    abi_.live = [](void* ctx, std::int32_t is_live) {
        auto& self = *static_cast<feed*>(ctx);
        if (!self.of_lookup_)
            self.cache_.set_live(self.backend_, is_live != 0);
    };
}

feed::~feed() = default;

result<void> feed::begin(std::int32_t kind) {
    const bool known =
        kind == WP_FEED_CHANGES || kind == WP_FEED_TIMES || (kind == WP_FEED_FULL && !of_lookup_);
    if (!known)
        return error{WP_INVALID,
                     fmt::format("backend {}: feed of unknown kind {}", backend_, kind)};
    {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [&] { return !open_ || stopping_; });
        if (stopping_)
            return error{WP_STOPPING, "the daemon is stopping"};
        open_ = true;
    }
    by_times_ = kind == WP_FEED_TIMES;
    if (kind != WP_FEED_FULL)
        return {};
    auto started = builder::start(cache_, backend_);
    if (started) {
        full_ = *std::move(started);
        return {};
    }
    end();
    return started.failure();
}

void feed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ended_.notify_all();
}

void feed::end() {
    full_.reset();
    changes_.clear();
    existing_.clear();
    bytes_ = 0;
    entries_ = 0;
    foreign_ = 0;
    const std::lock_guard lock(mutex_);
    open_ = false;
    ended_.notify_one();
}

result<void> feed::room_for(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= cache_.options_.change_limit)
        return {};
    return error{
        WP_PERMFAIL,
        fmt::format(
            "backend {}: more than {} bytes of changes in one transaction; read in full instead",
            backend_, cache_.options_.change_limit)};
}

result<void> feed::entries(const wp_entry* items, std::uint64_t count) {
    cache::backend who;
    {
        const std::lock_guard lock(cache_.backends_mutex_);
        const auto found = cache_.backends_.find(backend_);
        if (found == cache_.backends_.end())
            return error{WP_INVALID, "unknown directory backend " + backend_};
        who = found->second;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        const wp_entry& item = element(items, i);
        if (auto good = check_uuid(backend_, item.uuid, view(item.dn)); !good)
            return good;
        auto record = encode_entry(item, who.slot, full_ ? full_->sequence() : 0);
        if (record && by_times_) {
            const auto in = cache_.read();
            const auto before = in.entry(entry_view(*record).normalised_dn());
            if (before.valid())
                record = encode_entry(kept_access(item, before).entry(), who.slot, 0);
        }
        if (!record) {
            cache_.options_.log(WP_LOG_WARNING, fmt::format("backend {}: entry left out: {}",
                                                            backend_, record.failure().text));
            continue;
        }
        if (!cache_.owns(who, entry_view(*record).normalised_dn())) {
            if (++foreign_ == 1)
                cache_.options_.log(
                    WP_LOG_WARNING,
                    fmt::format("backend {}: {} and what else is outside its bases is left out",
                                backend_, view(item.dn)));
            continue;
        }
        if (full_) {
            if (auto put = full_->put(*record); !put)
                return put;
            continue;
        }
        if (auto room = room_for(record->size()); !room)
            return room;
        changes_.push_back({*std::move(record), {}, {}});
    }
    this->count(count);
    return {};
}

void feed::set_progress(std::function<void(std::uint64_t)> tell) {
    const std::lock_guard lock(progress_mutex_);
    progress_ = std::move(tell);
}

void feed::count(std::uint64_t more) {
    const auto before = entries_;
    entries_ += more;
    if (before / entries_per_report == entries_ / entries_per_report)
        return;
    const std::lock_guard lock(progress_mutex_);
    if (progress_)
        progress_(entries_);
}

result<void> feed::existing(std::int32_t what, wp_str base, const wp_entry* items,
                            std::uint64_t count) {
    if (full_ || of_lookup_ || (what != WP_EXISTING_ENTRIES && what != WP_EXISTING_LISTS))
        return error{WP_INVALID, fmt::format("backend {}: 'existing' out of place", backend_)};
    auto below = normalise_dn(view(base));
    if (!below)
        return below.failure();
    existing_.cover(what, *below);
    for (std::uint64_t i = 0; i < count; ++i) {
        const wp_entry& item = element(items, i);
        if (auto good = check_uuid(backend_, item.uuid, view(item.dn)); !good)
            return good;
        auto dn = item.uuid.size == 0 ? normalise_dn(view(item.dn)) : result<std::string>("");
        if (!dn)
            continue; // never was in the cache
        if (auto room = room_for(64); !room)
            return room;
        existing_.add(what, *below, view(item.uuid), *dn);
    }
    return {};
}

result<void> feed::drop_missing() {
    if (existing_.empty())
        return {};
    std::uint16_t slot = 0;
    {
        const std::lock_guard lock(cache_.backends_mutex_);
        const auto found = cache_.backends_.find(backend_);
        if (found == cache_.backends_.end())
            return error{WP_INVALID, "unknown directory backend " + backend_};
        slot = found->second.slot;
    }
    std::vector<cache::change> gone;
    for (auto& key : existing_.missing(cache_.read(), slot))
        gone.push_back({{}, std::move(key), {}});
    // First, so that an entry with a new identity and an old name stays.
    changes_.insert(changes_.begin(), std::make_move_iterator(gone.begin()),
                    std::make_move_iterator(gone.end()));
    return {};
}

result<void> feed::removed(const wp_entry* items, std::uint64_t count) {
    if (full_)
        return {}; // what is not named is gone anyway
    for (std::uint64_t i = 0; i < count; ++i) {
        const wp_entry& item = element(items, i);
        if (auto good = check_uuid(backend_, item.uuid, view(item.dn)); !good)
            return good;
        cache::change gone;
        if (item.dn.size == 0) {
            gone.uuid = view(item.uuid);
        } else {
            auto dn = normalise_dn(view(item.dn));
            if (!dn)
                continue; // never was in the cache
            gone.key = entry_key(*dn);
        }
        if (auto room = room_for(gone.key.size() + gone.uuid.size() + sizeof gone); !room)
            return room;
        changes_.push_back(std::move(gone));
    }
    return {};
}

result<void> feed::present(const wp_bytes* uuids, std::uint64_t count) {
    if (!full_)
        return error{WP_INVALID,
                     fmt::format("backend {}: present without a full transaction", backend_)};
    for (std::uint64_t i = 0; i < count; ++i) {
        if (auto good = check_uuid(backend_, uuids[i], {}); !good)
            return good;
        if (auto kept = full_->keep(view(uuids[i])); !kept)
            return kept;
    }
    return {};
}

result<void> feed::commit(wp_bytes cookie) {
    if (auto dropped = drop_missing(); !dropped) {
        end();
        return dropped;
    }
    auto outcome = full_ ? full_->commit(view(cookie))
                         : cache_.apply(backend_, changes_, view(cookie), !of_lookup_);
    if (outcome)
        commits_.fetch_add(1);
    end();
    return outcome;
}

} // namespace waypost::kernel::directory
