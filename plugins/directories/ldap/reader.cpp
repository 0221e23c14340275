// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include "filter.hpp"
#include "sync/cookie.hpp"

#include <algorithm>

namespace waypost::ldap {
namespace {

constexpr std::size_t batch_entries = 512;
constexpr int most_found = 100; // entries of one look-up
constexpr const char* every_entry = "(objectClass=*)";
constexpr const char* every_list = "(|(objectClass=inetMailGroup)(objectClass=groupOfUniqueNames)"
                                   "(objectClass=groupOfNames)(objectClass=mailGroup))";

using push_function = std::function<result<void>(entry_batch&)>;

/// Hands the entries on in batches; the last one may be empty.
result<void> in_batches(connection& on, const connection::search& wanted, int page,
                        std::string& newest, const push_function& push) {
    entry_batch batch(on.handle());
    const auto flush = [&]() -> result<void> {
        newest = std::max(newest, batch.newest());
        auto pushed = push(batch);
        batch.clear();
        return pushed;
    };
    auto read = on.each(wanted, page, [&](message entry) -> result<void> {
        if (!batch.add(std::move(entry)))
            return error{WP_TEMPFAIL, on.server() + ": an entry cannot be read"};
        return batch.size() < batch_entries ? result<void>() : flush();
    });
    return read ? flush() : read;
}

result<void> push_existing(connection& on, const settings& with, const std::string& base,
                           std::int32_t what, feed_transaction& to) {
    std::string newest;
    return in_batches(on,
                      {base, LDAP_SCOPE_SUBTREE,
                       what == WP_EXISTING_LISTS ? every_list : every_entry, identity_attributes},
                      with.page_size, newest,
                      [&](entry_batch& batch) { return to.existing(what, base, batch); });
}

std::string time_cookie(const time_mark& mark) {
    return cookie{true, {mark.newest}}.encode();
}

} // namespace

result<time_mark> read_all(connection& on, const settings& with, const wp_feed& into) {
    auto to = feed_transaction::begin(into, WP_FEED_FULL);
    if (!to)
        return to.failure();
    time_mark out;
    for (const auto& base : with.bases)
        if (auto read = in_batches(on, {base, LDAP_SCOPE_SUBTREE, every_entry, entry_attributes},
                                   with.page_size, out.newest,
                                   [&](entry_batch& batch) { return to->entries(batch); });
            !read)
            return read.failure();
    if (auto done = to->commit(time_cookie(out)); !done)
        return done.failure();
    return out;
}

result<void> read_subtree(connection& on, const settings& with, const std::string& base,
                          const wp_feed& into, std::string_view cookie) {
    auto to = feed_transaction::begin(into, WP_FEED_CHANGES);
    if (!to)
        return to.failure();
    std::string newest;
    auto read = in_batches(on, {base, LDAP_SCOPE_SUBTREE, every_entry, entry_attributes},
                           with.page_size, newest, [&](entry_batch& batch) -> result<void> {
                               if (auto pushed = to->entries(batch); !pushed)
                                   return pushed;
                               return to->existing(WP_EXISTING_ENTRIES, base, batch);
                           });
    return read ? to->commit(cookie) : read;
}

result<time_mark> read_since(connection& on, const settings& with, const time_mark& since,
                             const wp_feed& into) {
    auto to = feed_transaction::begin(into, WP_FEED_TIMES);
    if (!to)
        return to.failure();
    time_mark out = since;
    const auto filter = "(modifyTimestamp>=" + escaped(since.newest) + ")";
    for (const auto& base : with.bases) {
        auto read =
            in_batches(on, {base, LDAP_SCOPE_SUBTREE, filter, entry_attributes}, with.page_size,
                       out.newest, [&](entry_batch& batch) { return to->entries(batch); });
        if (read)
            read = push_existing(on, with, base, WP_EXISTING_LISTS, *to);
        if (!read)
            return read.failure();
    }
    if (auto done = to->commit(time_cookie(out)); !done)
        return done.failure();
    return out;
}

result<void> sweep(connection& on, const settings& with, const wp_feed& into,
                   std::string_view cookie) {
    auto to = feed_transaction::begin(into, WP_FEED_CHANGES);
    if (!to)
        return to.failure();
    for (const auto& base : with.bases)
        if (auto read = push_existing(on, with, base, WP_EXISTING_ENTRIES, *to); !read)
            return read;
    return to->commit(cookie);
}

result<void> look_up(connection& on, const settings& with, std::string_view address,
                     const wp_feed& into) {
    auto to = feed_transaction::begin(into, WP_FEED_CHANGES);
    if (!to)
        return to.failure();
    std::size_t found = 0;
    for (const auto& base : with.bases) {
        std::string newest;
        auto read = in_batches(
            on, {base, LDAP_SCOPE_SUBTREE, recipient_filter(address), entry_attributes, most_found},
            0, newest, [&](entry_batch& batch) {
                found += batch.size();
                return to->entries(batch);
            });
        if (!read)
            return read;
    }
    if (found == 0)
        return error{WP_NOT_FOUND, "nobody has this address"};
    return to->commit({});
}

result<void> read_entries(connection& on, const std::vector<std::string>& names,
                          const wp_feed& into, std::string_view cookie) {
    auto to = feed_transaction::begin(into, WP_FEED_CHANGES);
    if (!to)
        return to.failure();
    for (const auto& name : names) {
        std::string newest;
        auto read = in_batches(on, {name, LDAP_SCOPE_BASE, every_entry, entry_attributes}, 0,
                               newest, [&](entry_batch& batch) { return to->entries(batch); });
        if (!read && read.failure().status == WP_NOT_FOUND)
            read = to->removed_name(name);
        if (!read)
            return read;
    }
    return to->commit(cookie);
}

} // namespace waypost::ldap
