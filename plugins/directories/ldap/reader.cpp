// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include "filter.hpp"
#include "pump.hpp"
#include "sync/cookie.hpp"

#include <algorithm>

namespace waypost::ldap {
namespace {

constexpr std::size_t batch_entries = 512;
constexpr int most_found = 100; // entries of one look-up
constexpr const char* every_entry = "(objectClass=*)";
constexpr const char* every_list = "(|(objectClass=inetMailGroup)(objectClass=groupOfUniqueNames)"
                                   "(objectClass=groupOfNames)(objectClass=mailGroup))";

/// May put another batch in its place; what is there afterwards is emptied and filled again.
using push_function = std::function<result<void>(batch_pointer&)>;

/// Hands the entries on in batches; the last one may be empty. How many there were.
result<std::size_t> in_batches(connection& on, const connection::search& wanted, int page,
                               std::string& newest, const push_function& push) {
    auto batch = std::make_unique<entry_batch>(on.handle());
    std::size_t count = 0;
    const auto flush = [&]() -> result<void> {
        newest = std::max(newest, batch->newest());
        auto pushed = push(batch);
        if (pushed)
            batch->clear();
        return pushed;
    };
    auto read = on.each(wanted, page, [&](message entry) -> result<void> {
        ++count;
        if (!batch->add(std::move(entry)))
            return error{WP_TEMPFAIL, on.server() + ": an entry cannot be read"};
        return batch->size() < batch_entries ? result<void>() : flush();
    });
    if (read)
        read = flush();
    return read ? result<std::size_t>(count) : read.failure();
}

/// The base itself is an entry: a server that has not even that was emptied or not loaded yet, and
/// is no reason to forget everything.
result<void> has_entries(const connection& on, const std::string& base,
                         const result<std::size_t>& read) {
    if (!read)
        return read.failure();
    if (*read > 0)
        return {};
    return error{WP_TEMPFAIL, on.server() + ": there is nothing below " + base +
                                  "; what is known of it is kept"};
}

result<void> push_existing(connection& on, const settings& with, const std::string& base,
                           std::int32_t what, feed_transaction& to) {
    std::string newest;
    const bool lists = what == WP_EXISTING_LISTS;
    const auto read = in_batches(
        on, {base, LDAP_SCOPE_SUBTREE, lists ? every_list : every_entry, identity_attributes},
        with.page_size, newest,
        [&](batch_pointer& batch) { return to.existing(what, base, *batch); });
    if (lists && read)
        return {};
    return has_entries(on, base, read);
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
    batch_pump pump(on.handle());
    const auto hand_over = [&](batch_pointer& batch) -> result<void> {
        auto empty = pump.swap(std::move(batch));
        if (!empty)
            return empty.failure();
        batch = *std::move(empty);
        return {};
    };
    const auto read_bases = [&]() -> result<void> {
        for (const auto& base : with.bases)
            if (auto read = has_entries(
                    on, base,
                    in_batches(on, {base, LDAP_SCOPE_SUBTREE, every_entry, entry_attributes},
                               with.page_size, out.newest, hand_over));
                !read)
                return read;
        return {};
    };
    if (auto read = pump.run(read_bases, [&](entry_batch& batch) { return to->entries(batch); });
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
                           with.page_size, newest, [&](batch_pointer& batch) -> result<void> {
                               if (auto pushed = to->entries(*batch); !pushed)
                                   return pushed;
                               return to->existing(WP_EXISTING_ENTRIES, base, *batch);
                           });
    return read ? to->commit(cookie) : read.failure();
}

result<time_mark> read_since(connection& on, const settings& with, const time_mark& since,
                             const wp_feed& into) {
    auto to = feed_transaction::begin(into, WP_FEED_TIMES);
    if (!to)
        return to.failure();
    time_mark out = since;
    const auto filter = "(modifyTimestamp>=" + escaped(since.newest) + ")";
    for (const auto& base : with.bases) {
        if (auto read =
                in_batches(on, {base, LDAP_SCOPE_SUBTREE, filter, entry_attributes}, with.page_size,
                           out.newest, [&](batch_pointer& batch) { return to->entries(*batch); });
            !read)
            return read.failure();
        if (auto lists = push_existing(on, with, base, WP_EXISTING_LISTS, *to); !lists)
            return lists.failure();
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
        const auto read = in_batches(
            on, {base, LDAP_SCOPE_SUBTREE, recipient_filter(address), entry_attributes, most_found},
            0, newest, [&](batch_pointer& batch) { return to->entries(*batch); });
        if (!read && read.failure().status == WP_NOT_FOUND) // the base, not the address
            return error{WP_TEMPFAIL, read.failure().text};
        if (!read)
            return read.failure();
        found += *read;
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
        const auto read =
            in_batches(on, {name, LDAP_SCOPE_BASE, every_entry, entry_attributes}, 0, newest,
                       [&](batch_pointer& batch) { return to->entries(*batch); });
        if (read)
            continue;
        if (read.failure().status != WP_NOT_FOUND)
            return read.failure();
        if (auto gone = to->removed_name(name); !gone)
            return gone;
    }
    return to->commit(cookie);
}

} // namespace waypost::ldap
