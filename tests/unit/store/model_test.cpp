// SPDX-License-Identifier: Apache-2.0
// Random deliveries, changes, checkpoints, failed groups and restarts against a simple model:
// whatever the order, the store shows what the model has, its counters are the sums of its rows,
// and no reference leaks.
#include "fixture.hpp"

#include <map>
#include <random>

namespace waypost::lmdb {
namespace {

struct model_box {
    std::map<std::uint32_t, std::uint64_t> flags; // by UID
    std::uint32_t last_uid = 0;
};

class store_model : public store_test, public testing::WithParamInterface<int> {
public:
    using key = std::pair<std::string, std::string>; // account, path
    std::map<key, model_box> model;
    std::map<key, wp_mailbox*> handles;
    std::mt19937 random{static_cast<unsigned>(GetParam())};

    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random()) % limit;
    }

    wp_mailbox* handle(const key& of) {
        wp_mailbox*& out = handles[of];
        if (out == nullptr)
            out = open(of.first, of.second);
        return out;
    }
    std::vector<std::uint32_t> some(const model_box& box) {
        std::vector<std::uint32_t> out;
        for (const auto& [uid, flags] : box.flags)
            if (below(3) == 0)
                out.push_back(uid);
        return out;
    }
    void compare() {
        std::map<std::string, std::uint64_t> per_account;
        for (auto& [name, box] : model) {
            const wp_snapshot* now = look(handle(name));
            ASSERT_NE(now, nullptr);
            std::map<std::uint32_t, std::uint64_t> seen;
            for (std::uint64_t i = 0; i < now->count; ++i)
                seen[now->uids[i]] = now->flags[i];
            EXPECT_EQ(seen, box.flags) << name.first << ' ' << name.second;
            EXPECT_GT(now->uid_next, box.last_uid);
            per_account[name.first] += now->count;
            facet.release(&face, now);
        }
        for (const auto& [account, count] : per_account) {
            std::uint64_t bytes = 0;
            std::uint64_t messages = 0;
            facet.usage(&face, to_abi(account), &bytes, &messages);
            EXPECT_EQ(messages, count);
            EXPECT_EQ(bytes, 10 * count);
        }
    }
    void reborn() {
        handles.clear(); // a killed daemon closes nothing
        restart();
    }
    void step(const key& name);
    void deliver_one(const std::string& account) {
        const bool lost = below(10) == 0;
        if (lost)
            journal->fail_next();
        const std::uint64_t id = journal->add_message("body");
        deliver(delivery(account, id));
        if (lost)
            return;
        wp_mailbox* box = handle({account, "INBOX"});
        const std::uint32_t uid = uids(box).back();
        model_box& to = model[{account, "INBOX"}];
        EXPECT_GT(uid, to.last_uid);
        to.flags[to.last_uid = uid] = 0;
    }
};

void store_model::step(const key& name) {
    model_box& box = model[name];
    const auto chosen = some(box);
    switch (below(9)) {
    case 0:
    case 1:
    case 2:
        return deliver_one(name.first);
    case 3:
        change(handle(name), WP_CHANGE_FLAGS_ADD, chosen, WP_FLAG_SEEN | (1U << (8 + below(4))));
        for (const auto uid :
             chosen) { // what was added is read back: the model only checks others' stability
            const wp_snapshot* now = look(handle(name));
            for (std::uint64_t i = 0; i < now->count; ++i)
                if (now->uids[i] == uid) {
                    EXPECT_EQ(now->flags[i] & (box.flags[uid] | WP_FLAG_SEEN),
                              box.flags[uid] | WP_FLAG_SEEN);
                    box.flags[uid] = now->flags[i];
                }
            facet.release(&face, now);
        }
        return;
    case 4:
        change(handle(name), WP_CHANGE_FLAGS_SET, chosen, WP_FLAG_FLAGGED);
        for (const auto uid : chosen)
            box.flags[uid] = WP_FLAG_FLAGGED;
        return;
    case 5:
        EXPECT_EQ(change(handle(name), WP_CHANGE_EXPUNGE, chosen).uids, chosen);
        for (const auto uid : chosen)
            box.flags.erase(uid);
        return;
    case 6: {
        const key target{name.first, name.second == "INBOX" ? "other" : "INBOX"};
        const auto out = change(handle(name), below(2) == 0 ? WP_CHANGE_COPY : WP_CHANGE_MOVE,
                                chosen, 0, target.second);
        ASSERT_EQ(out.status, WP_OK);
        ASSERT_EQ(out.uids, chosen);
        model_box& to = model[target];
        const auto left = uids(handle(name));
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            EXPECT_GT(out.targets[i], to.last_uid);
            to.flags[to.last_uid = out.targets[i]] = box.flags[chosen[i]];
            if (std::find(left.begin(), left.end(), chosen[i]) == left.end())
                box.flags.erase(chosen[i]);
        }
        return;
    }
    case 7:
        face.mail->checkpoint();
        if (below(2) == 0)
            face.mail->sweep();
        journal->run();
        return;
    default:
        if (below(3) == 0)
            reborn();
        return;
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, store_model, testing::Range(1, 9));

TEST_P(store_model, the_store_shows_what_the_model_has) {
    options.cached_accounts = 3;
    reborn();
    std::vector<std::string> accounts;
    for (int i = 0; i < 6; ++i) {
        accounts.push_back("u" + std::to_string(i) + "@example.com");
        ASSERT_EQ(folder_call(facet.create, accounts.back(), "other"), WP_OK);
        model[{accounts.back(), "other"}];
        model[{accounts.back(), "INBOX"}];
    }
    for (int i = 0; i < 600; ++i) {
        step({accounts[below(6)], below(3) == 0 ? "other" : "INBOX"});
        if (i % 20 == 0)
            compare();
        if (HasFatalFailure() || HasNonfatalFailure())
            return;
    }
    reborn();
    compare();
    settle();
    std::int64_t rows = 0;
    for (const auto& [name, box] : model)
        rows += static_cast<std::int64_t>(box.flags.size());
    EXPECT_EQ(journal->references(), rows);
    EXPECT_FALSE(journal->went_below_zero());
}

} // namespace
} // namespace waypost::lmdb
