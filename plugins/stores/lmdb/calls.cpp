// SPDX-License-Identifier: Apache-2.0
// The C functions of the facets; see calls.hpp. What changes something becomes an operation of the
// log: its prepare runs on the committer, its completion is the caller's.
#include "calls.hpp"

#include "operation.hpp"
#include "paths.hpp"

#include <waypost/errors.hpp>

namespace waypost::lmdb {
namespace {

store_face& face(void* self) {
    return *static_cast<store_face*>(self);
}
store& of(void* self) {
    return *face(self).mail;
}
open_mailbox& of(wp_mailbox* mailbox) {
    return *reinterpret_cast<open_mailbox*>(mailbox);
}

std::string owner(void* self, const wp_principal* principal) {
    return std::string(waypost::view(face(self).auth->account(principal)));
}

wp_status bad_path(wp_error* why, wp_str path) {
    return fill_error(why, WP_INVALID,
                      "not a name for a mailbox: " + std::string(waypost::view(path)));
}

wp_status stage(void* self, wp_group* group, const wp_delivery* deliveries, uint64_t count,
                wp_error* results) {
    return guard(nullptr, [&] {
        of(self).stage(group, deliveries, count, results);
        return WP_OK;
    });
}

wp_status deliver(void* self, const wp_delivery* deliveries, uint64_t count, wp_content*,
                  wp_error* results, wp_error* why, wp_done done) {
    return guard(why, [&] {
        return operation::submit(of(self), why, done,
                                 [=, &to = of(self)](wp_group* group) -> result<void> {
                                     to.stage(group, deliveries, count, results);
                                     return {};
                                 });
    });
}

wp_status open_now(void* self, const std::string& account, const std::string& path, uint32_t flags,
                   wp_mailbox** mailbox, wp_error* why) {
    auto opened = of(self).open_path(account, path, flags);
    if (!opened)
        return fill_error(why, opened.failure());
    *mailbox = reinterpret_cast<wp_mailbox*>(*opened);
    return WP_OK;
}

/// An inbox that no mail has reached yet is made when it is opened.
wp_status open(void* self, const wp_principal* principal, wp_str path, uint32_t flags,
               wp_mailbox** mailbox, wp_error* why, wp_done done) {
    return guard(why, [&] {
        const auto normal = normal_path(waypost::view(path));
        if (!normal)
            return bad_path(why, path);
        const std::string account = owner(self, principal);
        const wp_status status = open_now(self, account, *normal, flags, mailbox, why);
        if (status != WP_NOT_FOUND || *normal != inbox)
            return status;
        return operation::submit(
            of(self), why, done,
            [=, &to = of(self)](wp_group* group) {
                return to.prepare_create(group, account, std::string(inbox), false);
            },
            [=](wp_error* late) {
                return open_now(self, account, std::string(inbox), flags, mailbox, late);
            });
    });
}

void close(void* self, wp_mailbox* mailbox) {
    of(self).close(&of(mailbox));
}

wp_status snapshot(void* self, wp_mailbox* mailbox, const wp_snapshot** out, wp_error* why,
                   wp_done) {
    return guard(why, [&] {
        *out = of(self).take(of(mailbox));
        return *out != nullptr ? WP_OK : fill_error(why, WP_NOT_FOUND, "the mailbox was removed");
    });
}

void release(void* self, const wp_snapshot* snapshot) {
    of(self).release(snapshot);
}

wp_status since(void* self, wp_mailbox* mailbox, uint64_t modseq, uint32_t* changed,
                uint64_t* changed_count, uint32_t* vanished, uint64_t* vanished_count) {
    return guard(nullptr, [&] {
        return of(self).since(of(mailbox), modseq, changed, changed_count, vanished,
                              vanished_count);
    });
}

wp_status content(void* self, const wp_snapshot* snapshot, uint64_t index, wp_content** out,
                  wp_error* why, wp_done) {
    return guard(why, [&] {
        const auto found = of(self).content(*snapshot, index);
        if (!found)
            return fill_error(why, found.failure());
        *out = *found;
        return WP_OK;
    });
}

/// The pieces of an appended content, which stays with the caller until the end.
result<void> gather(const wp_change& change, std::vector<wp_bytes>& pieces) {
    if (change.content == nullptr)
        return error{WP_INVALID, "an append without content"};
    for (uint64_t at = 0; at < change.content->size;) {
        wp_bytes some[16];
        uint64_t count = 0;
        const wp_status status = change.content->read(change.content, at, change.content->size - at,
                                                      some, 16, &count, nullptr, {});
        if (status != WP_OK || count == 0)
            return error{status == WP_OK ? WP_BUG : status, "the content cannot be read"};
        for (uint64_t i = 0; i < count; ++i)
            at += some[i].size;
        pieces.insert(pieces.end(), some, some + count);
    }
    return {};
}

wp_status change(void* self, wp_mailbox* mailbox, const wp_change* changes, uint64_t count,
                 wp_change_result* results, wp_error* why, wp_done done) {
    return guard(why, [&] {
        store& to = of(self);
        // Brings the rows into memory here, so that the committer need not read them.
        const wp_snapshot* now = to.take(of(mailbox));
        if (now == nullptr)
            return fill_error(why, WP_NOT_FOUND, "the mailbox was removed");
        to.release(now);
        auto requests = std::make_shared<std::vector<store::change_request>>();
        for (uint64_t i = 0; i < count; ++i) {
            const wp_change& what = element(changes, i);
            store::change_request each{&of(mailbox), &what, &element(results, i), {}, {}, {}};
            if (what.kind == WP_CHANGE_COPY || what.kind == WP_CHANGE_MOVE) {
                const auto target = normal_path(waypost::view(what.target));
                if (!target)
                    return bad_path(why, what.target);
                each.target = *target;
                to.read_sources(each);
            }
            if (what.kind == WP_CHANGE_APPEND)
                if (const auto read = gather(what, each.pieces); !read)
                    return fill_error(why, read.failure());
            requests->push_back(std::move(each));
        }
        // The first failure ends it; what came before stays, and the caller gets the failure.
        auto late = std::make_shared<result<void>>();
        return operation::submit(
            to, why, done,
            [requests, late, &to](wp_group* group) -> result<void> {
                for (auto& each : *requests) {
                    *late = to.prepare_change(group, each);
                    if (!*late)
                        return &each == &requests->front() ? *late : result<void>();
                }
                return {};
            },
            [late](wp_error* out) { return finish(*late, out); });
    });
}

wp_status watch(void* self, wp_mailbox* mailbox, wp_watch watch) {
    of(self).watch(of(mailbox), watch);
    return WP_OK;
}

wp_status list(void* self, wp_str account, wp_str pattern, wp_mailbox_sink sink, wp_error* why) {
    return guard(why, [&] {
        of(self).list(waypost::view(account), waypost::view(pattern), sink);
        return WP_OK;
    });
}

wp_status create(void* self, const wp_principal* principal, wp_str path, wp_error* why,
                 wp_done done) {
    return guard(why, [&] {
        const auto normal = normal_path(waypost::view(path));
        if (!normal)
            return bad_path(why, path);
        return operation::submit(
            of(self), why, done,
            [=, &to = of(self), account = owner(self, principal), path = *normal](wp_group* group) {
                return to.prepare_create(group, account, path, true);
            });
    });
}

wp_status remove(void* self, const wp_principal* principal, wp_str path, wp_error* why,
                 wp_done done) {
    return guard(why, [&] {
        const auto normal = normal_path(waypost::view(path));
        if (!normal)
            return bad_path(why, path);
        return operation::submit(
            of(self), why, done,
            [=, &to = of(self), account = owner(self, principal), path = *normal](wp_group* group) {
                return to.prepare_remove(group, account, path);
            });
    });
}

wp_status rename(void* self, const wp_principal* principal, wp_str from, wp_str to, wp_error* why,
                 wp_done done) {
    return guard(why, [&] {
        const auto before = normal_path(waypost::view(from));
        const auto after = normal_path(waypost::view(to));
        if (!before || !after)
            return bad_path(why, before ? to : from);
        return operation::submit(
            of(self), why, done,
            [&in = of(self), account = owner(self, principal), a = *before,
             b = *after](wp_group* group) { return in.prepare_rename(group, account, a, b); });
    });
}

wp_status usage(void* self, wp_str account, uint64_t* bytes, uint64_t* messages) {
    return guard(nullptr, [&] {
        of(self).usage(waypost::view(account), *bytes, *messages);
        return WP_OK;
    });
}

wp_status purge(void* self, wp_str account, wp_error* why, wp_done done) {
    return guard(why, [&] {
        return operation::submit(of(self), why, done,
                                 [&to = of(self), name = std::string(waypost::view(account))](
                                     wp_group* group) { return to.prepare_purge(group, name); });
    });
}

} // namespace

const wp_store& store_facet() {
    static const wp_store out{sizeof(wp_store), WP_STORE_JOURNAL, &stage,   &deliver, &open,
                              &close,           &snapshot,        &release, &since,   &content,
                              &change,          &watch,           &list,    &create,  &remove,
                              &rename,          &usage,           &purge};
    return out;
}

const wp_journal_consumer& consumer_facet() {
    static const wp_journal_consumer out{
        sizeof(wp_journal_consumer), 0, [](void* self) { return of(self).position(); },
        [](void* self, uint64_t position, const wp_bytes* records, uint64_t count) {
            // The group is durable: what cannot be applied now is applied by the next start's
            // replay.
            const wp_status status = guard(nullptr, [&] {
                of(self).apply(position, records, count);
                return WP_OK;
            });
            if (status != WP_OK)
                of(self).fault("a durable change could not be applied: restart the daemon");
        },
        [](void* self) { of(self).abandon(); }};
    return out;
}

} // namespace waypost::lmdb
