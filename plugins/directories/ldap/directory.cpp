// SPDX-License-Identifier: Apache-2.0
#include "directory.hpp"

#include "writer.hpp"

#include <waypost/dn.hpp>

#include <algorithm>
#include <stdexcept>

namespace waypost::ldap {
namespace {

settings checked(settings with) {
    for (const auto& base : with.bases)
        if (!normalise_dn(base))
            throw std::invalid_argument("key bases: '" + base + "' is not a name (DN)");
    return with;
}

/// Newest modification time of a cookie by times.
std::optional<time_mark> mark_of(std::string_view text) {
    const auto from = decode_cookie(text, 1);
    if (!from || !from->by_times || from->parts[0].empty())
        return std::nullopt;
    return time_mark{from->parts[0]};
}

} // namespace

directory::directory(settings with, logger log)
    : settings_(checked(std::move(with))), log_(log), servers_(settings_),
      lookups_(servers_, identity::service, settings_.lookups, settings_.timeout),
      logins_(servers_, identity::nobody, settings_.logins, settings_.timeout),
      stream_(servers_, settings_, log) {
    for (const auto& base : settings_.bases)
        normalised_bases_.push_back(*normalise_dn(base));
}

void directory::stop() {
    stopping_ = true;
    lookups_.stop();
    logins_.stop();
    stream_.stop();
}

result<void> directory::with_connection(const std::function<result<void>(connection&)>& call) {
    auto on = servers_.open(identity::service);
    return on ? call(*on) : on.failure();
}

result<bool> directory::offers_syncrepl(connection& on) {
    if (settings_.follow != following::automatic)
        return settings_.follow == following::syncrepl;
    static constexpr const char* attributes[] = {"supportedControl", nullptr};
    bool offered = false;
    auto read = on.each({"", LDAP_SCOPE_BASE, "(objectClass=*)", attributes}, 0,
                        [&](message entry) -> result<void> {
                            auto** values =
                                ldap_get_values_len(on.handle(), entry.get(), "supportedControl");
                            for (auto** one = values; one != nullptr && *one != nullptr; ++one)
                                offered = offered || view(**one) == sync_request_oid;
                            ldap_value_free_len(values);
                            return {};
                        });
    if (!read)
        return read.failure();
    return offered;
}

// --- reading ---

void directory::keep(std::string_view cookie) {
    const std::lock_guard lock(mutex_);
    cookie_ = cookie;
}

std::string directory::kept() const {
    const std::lock_guard lock(mutex_);
    return cookie_;
}

result<void> directory::read(const wp_read& wanted, const wp_feed& feed) {
    {
        const std::lock_guard lock(mutex_);
        feed_ = &feed;
    }
    const auto base = view(wanted.base);
    const auto cookie = view(wanted.cookie);
    keep(cookie);
    if (!base.empty() && !owns(base))
        return error{WP_INVALID, std::string(base) + " is not below the bases of this directory"};
    if (!base.empty() && wanted.kind == WP_READ_FULL)
        return with_connection([&](connection& on) {
            return read_subtree(on, settings_, std::string(base), feed, cookie);
        });
    switch (wanted.kind) {
    case WP_READ_FULL:
        return stream_.is_running() ? stream_.resync() : read_full(feed);
    case WP_READ_CHANGES:
        return stream_.is_running() ? result<void>() : read_changes(cookie, feed);
    case WP_READ_SWEEP:
        return stream_.is_running() ? result<void>() : with_connection([&](connection& on) {
            return sweep(on, settings_, feed, cookie);
        });
    default:
        return error{WP_UNSUPPORTED, "a read of unknown kind"};
    }
}

result<void> directory::read_full(const wp_feed& feed) {
    auto on = servers_.open(identity::service);
    if (!on)
        return on.failure();
    auto offered = offers_syncrepl(*on);
    if (!offered)
        return offered.failure();
    if (*offered) {
        sync_session session(*std::move(on), settings_, stopping_);
        return session.refresh(feed, sync_mode::refresh_only, std::nullopt);
    }
    auto read = read_all(*on, settings_, feed);
    if (!read)
        return read.failure();
    keep(cookie{true, {read->newest}}.encode());
    return {};
}

result<void> directory::read_changes(std::string_view from, const wp_feed& feed) {
    const auto since = mark_of(from);
    if (!since)
        return read_full(feed);
    return with_connection([&](connection& on) -> result<void> {
        auto read = read_since(on, settings_, *since, feed);
        if (!read)
            return read.failure();
        keep(cookie{true, {read->newest}}.encode());
        return {};
    });
}

result<void> directory::watch(wp_bytes from, const wp_feed& feed) {
    {
        const std::lock_guard lock(mutex_);
        feed_ = &feed;
    }
    auto last = decode_cookie(view(from), settings_.bases.size());
    if (settings_.follow == following::times || (last && last->by_times))
        return error{WP_UNSUPPORTED, "changes are found by modification times"};
    stream_.start(feed, std::move(last));
    return {};
}

// --- writing ---

bool directory::owns(std::string_view dn) const {
    const auto name = normalise_dn(dn);
    return name && std::any_of(normalised_bases_.begin(), normalised_bases_.end(),
                               [&](const auto& base) { return is_within(*name, base); });
}

result<void> directory::write(const wp_write* writes, std::uint64_t count, std::uint64_t& applied) {
    const stream::writing noted(stream_);
    std::vector<sync_session::delivery> mine;
    std::vector<std::string> names;
    result<void> outcome;
    for (std::uint64_t i = 0; i < count && outcome; ++i) {
        const auto& one = element(writes, i);
        const std::string dn(view(one.entry.dn));
        if (!owns(dn) || (one.kind == WP_WRITE_RENAME && !owns(view(one.new_dn)))) {
            outcome = error{WP_DENIED, dn + " is not below the bases of this directory"};
            break;
        }
        outcome = lookups_.run([&](connection& on) -> result<void> {
            auto written = write_one(on, one);
            if (!written)
                return written.failure();
            mine.push_back(*std::move(written));
            return {};
        });
        if (!outcome)
            break;
        ++applied;
        names.push_back(dn);
        if (one.kind == WP_WRITE_RENAME)
            names.emplace_back(view(one.new_dn));
    }
    if (stream_.is_running()) {
        for (const auto& one : mine)
            stream_.await(one);
        return outcome;
    }
    const wp_feed* feed = nullptr;
    {
        const std::lock_guard lock(mutex_);
        feed = feed_;
    }
    if (feed == nullptr || names.empty())
        return outcome;
    auto shown =
        lookups_.run([&](connection& on) { return read_entries(on, names, *feed, kept()); });
    return outcome ? shown : outcome;
}

// --- questions ---

result<void> directory::authenticate(std::string_view dn, std::string_view secret) {
    // An empty password is an anonymous bind that every server accepts (RFC 4513 s5.1.2).
    if (secret.empty() || dn.empty())
        return error{WP_DENIED, "an empty password is none"};
    return logins_.run([&](connection& on) { return on.bind(dn, secret); });
}

result<void> directory::lookup(std::string_view key, const wp_feed& feed) {
    return lookups_.run([&](connection& on) { return look_up(on, settings_, key, feed); });
}

} // namespace waypost::ldap
