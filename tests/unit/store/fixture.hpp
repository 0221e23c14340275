// SPDX-License-Identifier: Apache-2.0
// A store on a journal in memory, used through its facets as the daemon does.
#pragma once

#include "calls.hpp"

#include <waypost/errors.hpp>
#include <waypost/testkit/fake_journal.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace waypost::lmdb {

inline std::string scratch_folder() {
    std::string name = std::filesystem::temp_directory_path() / "waypost-store-XXXXXX";
    return ::mkdtemp(name.data()) == nullptr ? std::string() : name;
}

/// A principal is its account's name.
inline const wp_host_auth fake_auth{
    sizeof(wp_host_auth),
    0,
    nullptr,
    [](wp_principal*) {},
    [](wp_principal*) {},
    [](const wp_principal* who) { return to_abi(*reinterpret_cast<const std::string*>(who)); }};
inline const wp_principal* principal(const std::string& account) {
    return reinterpret_cast<const wp_principal*>(&account);
}

/// The status of a call that may complete later.
struct waiting {
    wp_status status = WP_PENDING;
    wp_error why = empty_error();
    static void ended(void* ctx, wp_status status, const wp_error* why) {
        auto* self = static_cast<waiting*>(ctx);
        self->status = status;
        if (why != nullptr)
            self->why = *why;
    }
    wp_done done() { return {&waiting::ended, this}; }
};

class store_test : public testing::Test {
public:
    store_test() {
        options.folder = folder + "/store";
        options.map_bytes = 256 << 20;
        options.background = false;
        options.seconds_now = [] { return 1000U; };
        restart();
    }
    ~store_test() override {
        face.mail.reset();
        std::filesystem::remove_all(folder);
    }

    /// Ends the store without any goodbye and starts it from its last checkpoint and the log.
    void restart() {
        journal->detach();
        face.mail.reset();
        auto opened = store::open(journal->host(), options);
        ASSERT_TRUE(opened) << opened.failure().text;
        face.mail = std::move(*opened);
        face.auth = &fake_auth;
        journal->attach(&consumer_facet(), &face);
        journal->replay(consumer_facet().position(&face));
    }

    wp_delivery delivery(const std::string& account, std::uint64_t message, std::uint64_t key = 0) {
        wp_delivery out{};
        out.struct_size = sizeof out;
        out.account = to_abi(account);
        out.mailbox = to_abi("INBOX");
        out.message = message;
        out.size = 4;
        out.prefix = to_bytes(prefix);
        out.internal_date_ns = 77;
        out.key[0] = key;
        out.quota_bytes = out.quota_messages = -1;
        return out;
    }
    wp_error deliver(const wp_delivery& what) {
        wp_error outcome = empty_error();
        journal->commit([&](wp_group* group) {
            facet.stage(&face, group, &what, 1, &outcome);
            return WP_OK;
        });
        return outcome;
    }
    /// A new message; its id.
    std::uint64_t mail(const std::string& account, std::uint64_t key = 0) {
        const std::uint64_t id = journal->add_message("body");
        EXPECT_EQ(deliver(delivery(account, id, key)).status, WP_OK);
        return id;
    }

    wp_status finish(wp_status at_once, waiting& call) {
        if (at_once != WP_PENDING)
            return at_once;
        journal->run();
        return call.status;
    }
    wp_mailbox* open(const std::string& account, const std::string& path = "INBOX",
                     std::uint32_t flags = 0) {
        wp_mailbox* out = nullptr;
        waiting call;
        status = finish(facet.open(&face, principal(account), to_abi(path), flags, &out, &call.why,
                                   call.done()),
                        call);
        return status == WP_OK ? out : nullptr;
    }
    const wp_snapshot* look(wp_mailbox* box) {
        const wp_snapshot* out = nullptr;
        status = facet.snapshot(&face, box, &out, nullptr, {});
        return out;
    }
    std::uint64_t modseq(wp_mailbox* box) {
        const wp_snapshot* now = look(box);
        const std::uint64_t out = now->modseq;
        facet.release(&face, now);
        return out;
    }
    std::vector<std::uint32_t> uids(wp_mailbox* box) {
        const wp_snapshot* now = look(box);
        std::vector<std::uint32_t> out(now->uids, now->uids + now->count);
        facet.release(&face, now);
        return out;
    }

    struct change_outcome {
        wp_status status = WP_OK;
        std::vector<std::uint32_t> uids, targets, modified;
        std::uint64_t modseq = 0;
    };
    change_outcome change(wp_mailbox* box, std::int32_t kind, std::vector<std::uint32_t> of,
                          std::uint64_t flags = 0, const std::string& target = {},
                          std::uint64_t unchanged_since = 0) {
        wp_change what{};
        what.struct_size = sizeof what;
        what.kind = kind;
        what.uids = of.data();
        what.uid_count = of.size();
        what.flags = flags;
        what.target = to_abi(target);
        what.unchanged_since = unchanged_since;
        return change(box, what);
    }
    change_outcome change(wp_mailbox* box, const wp_change& what) {
        std::vector<std::uint32_t> uids(64), targets(64), modified(64);
        wp_change_result result{sizeof result,  0, 0, 64, 0, uids.data(), targets.data(), 0,
                                modified.data()};
        waiting call;
        change_outcome out;
        out.status =
            finish(facet.change(&face, box, &what, 1, &result, &call.why, call.done()), call);
        uids.resize(result.count);
        targets.resize(result.count);
        modified.resize(result.modified_count);
        out.uids = uids, out.targets = targets, out.modified = modified, out.modseq = result.modseq;
        return out;
    }
    wp_status folder_call(wp_status (*call)(void*, const wp_principal*, wp_str, wp_error*, wp_done),
                          const std::string& account, const std::string& path) {
        waiting waits;
        return finish(call(&face, principal(account), to_abi(path), &waits.why, waits.done()),
                      waits);
    }
    std::string text(const wp_snapshot* of, std::uint64_t index) {
        wp_content* content = nullptr;
        if (facet.content(&face, of, index, &content, nullptr, {}) != WP_OK)
            return "(gone)";
        const std::string out = text(content);
        content->unref(content);
        return out;
    }
    static std::string text(wp_content* content) {
        std::string out;
        while (out.size() < content->size) {
            wp_bytes pieces[4];
            std::uint64_t count = 0;
            content->read(content, out.size(), content->size - out.size(), pieces, 4, &count,
                          nullptr, {});
            for (std::uint64_t i = 0; i < count; ++i)
                out += waypost::view(pieces[i]);
        }
        return out;
    }
    /// What the background thread does, until there is nothing left to do.
    void settle() {
        for (int i = 0; i < 6; ++i) {
            face.mail->checkpoint();
            face.mail->sweep();
            journal->run();
        }
    }

    const wp_store& facet = store_facet();
    std::string folder = scratch_folder();
    std::string ann = "ann@example.com";
    std::string prefix = "P: 1\r\n";
    store_options options;
    std::unique_ptr<testkit::fake_journal> journal = std::make_unique<testkit::fake_journal>();
    store_face face;
    wp_status status = WP_OK;
};

} // namespace waypost::lmdb
