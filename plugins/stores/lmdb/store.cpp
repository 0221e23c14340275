// SPDX-License-Identifier: Apache-2.0
// The store's life, and how accounts and mailboxes come into memory; see store.hpp.
#include "store.hpp"

#include "paths.hpp"

#include <algorithm>
#include <ctime>

namespace waypost::lmdb {

result<std::unique_ptr<store>> store::open(const wp_host* host, store_options options) {
    auto data = database::open(options.folder, options.map_bytes);
    if (!data)
        return data.failure();
    if (!options.seconds_now)
        options.seconds_now = [] { return static_cast<std::uint32_t>(std::time(nullptr)); };
    std::unique_ptr<store> out(new store(host, std::move(options), std::move(*data)));
    if (auto loaded = out->load(); !loaded)
        return loaded.failure();
    return out;
}

store::store(const wp_host* host, store_options options, std::unique_ptr<database> data)
    : host_(host),
      journal_(static_cast<const wp_host_journal*>(host->service(host, WP_HOST_JOURNAL))),
      messages_(static_cast<const wp_host_messages*>(host->service(host, WP_HOST_MESSAGES))),
      log_(host), options_(std::move(options)), data_(std::move(data)),
      keys_(options_.delivery_keys) {}

store::~store() {
    stop();
    for (auto& [id, account] : accounts_)
        for (auto& box : account->mailboxes) {
            if (box->base != nullptr)
                drop_base(*box);
            for (open_mailbox* each : box->openers)
                delete each;
        }
}

result<void> store::load() {
    try {
        const txn_ptr txn = data_->read();
        if (const auto found = database::get(txn.get(), data_->meta, to_val("store"))) {
            const auto head = decode_store(*found);
            if (!head)
                return error{
                    WP_PERMFAIL,
                    "the mail store in " + options_.folder +
                        " was written by a newer version or is damaged: restore it from a backup"};
            applied_ = head->position;
            durable_ = applied_;
            next_id_ = next_id_given_ = head->next_id;
            uid_validity_ = uid_validity_given_ = head->uid_validity;
        }
        database::each(txn.get(), data_->keys, MDB_val{}, 0,
                       [&](std::string_view, std::string_view block) {
                           for (; block.size() >= 16; block.remove_prefix(16))
                               keys_.insert({table_key::number(block.substr(0, 8)),
                                             table_key::number(block.substr(8, 8))});
                           return true;
                       });
        database::each(txn.get(), data_->removed, MDB_val{}, 0,
                       [&](std::string_view key, std::string_view value) {
                           removed_.emplace(table_key::number(key), table_key::number(value));
                           return true;
                       });
        std::vector<std::uint64_t> with_graves;
        database::each(txn.get(), data_->graves, MDB_val{}, 0,
                       [&](std::string_view, std::string_view account) {
                           const std::uint64_t id = table_key::number(account);
                           if (with_graves.empty() || with_graves.back() != id)
                               with_graves.push_back(id);
                           return true;
                       });
        const std::lock_guard lock(mutex_);
        for (const std::uint64_t id : with_graves)
            account_by_id(id);
        return {};
    } catch (const database_error& thrown) {
        return error{WP_TEMPFAIL, thrown.what()};
    }
}

void store::start() {
    if (!options_.background)
        return;
    running_ = true;
    thread_ = std::thread([this] { run(); });
}

void store::stop() {
    {
        const std::lock_guard lock(wake_mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
    // The log answers every operation; a release under way is waited for, because its answer comes
    // to this object.
    if (running_)
        releasing_.wait(true);
    running_ = false;
}

/// The checkpoint thread.
void store::run() {
    for (bool last = false; !last;) {
        {
            std::unique_lock lock(wake_mutex_);
            wake_.wait_for(lock, options_.checkpoint_interval,
                           [this] { return stopping_ || wanted_; });
            last = stopping_;
            wanted_ = false;
        }
        try {
            checkpoint();
            if (!last)
                sweep();
        } catch (const std::exception& thrown) { // nothing is lost: the log keeps the records
            fault("the checkpoint failed and will be tried again", thrown.what());
        }
    }
}

void store::fault(std::string_view what, std::string_view detail) const noexcept {
    log_.fault(std::string("mail store: ").append(what),
               {{"folder", options_.folder}, {"detail", detail}});
}

std::uint64_t store::position() const {
    return durable_.load();
}

account_state* store::account_by_name(std::string_view name) {
    if (const auto known = names_.find(name); known != names_.end()) {
        known->second->used = true;
        return known->second;
    }
    const std::uint64_t id =
        name.empty() || name.size() > account_limit ? 0 : find_account(*data_, name);
    // In memory under that id and yet not by name: purged.
    return id == 0 || accounts_.contains(id) ? nullptr : account_by_id(id);
}

account_state* store::account_by_id(std::uint64_t id) {
    if (const auto known = accounts_.find(id); known != accounts_.end()) {
        known->second->used = true;
        return known->second.get();
    }
    auto loaded = load_account(*data_, id);
    return loaded ? adopt(std::move(loaded)) : nullptr;
}

account_state* store::adopt(std::unique_ptr<account_state> loaded) {
    account_state* out = loaded.get();
    for (const auto& box : out->mailboxes) {
        if (box->visible() && box->path == "INBOX")
            out->inbox_box = box.get();
        if (!box->graves.empty())
            with_graves_.push_back(box.get());
    }
    accounts_.emplace(out->id, std::move(loaded));
    if (!out->purged)
        names_[out->name] = out;
    clock_.push_back(out->id);
    return out;
}

account_state& store::make_account(std::string_view name, std::uint64_t id) {
    auto made = std::make_unique<account_state>();
    made->id = id;
    made->name = name;
    return *adopt(std::move(made));
}

mailbox_state& store::make_mailbox(account_state& in, std::string_view path, std::uint64_t id,
                                   std::uint32_t uid_validity) {
    auto made = std::make_unique<mailbox_state>();
    made->account = &in;
    made->id = id;
    made->path = path;
    made->uid_validity = uid_validity;
    in.mailboxes.push_back(std::move(made));
    return *in.mailboxes.back();
}

mailbox_state* store::mailbox_by_id(std::uint64_t account, std::uint64_t mailbox) {
    account_state* in = account_by_id(account);
    return in != nullptr ? in->find(mailbox) : nullptr;
}

mailbox_state* store::visible_path(const account_state& in, std::string_view path) {
    if (!in.exists || in.purged)
        return nullptr;
    for (const auto& each : in.mailboxes)
        if (each->visible() && each->path == path)
            return each.get();
    return nullptr;
}

const std::string& store::path_of(const mailbox_state& mailbox) const {
    return mailbox.path_epoch == epoch_ ? mailbox.staged_path : mailbox.path;
}

mailbox_state* store::staged_path(const account_state& in, std::string_view path) const {
    for (const auto& each : in.mailboxes) {
        const bool there = each->exists || each->path_epoch == epoch_;
        if (there && !each->removed && each->removed_epoch != epoch_ && path_of(*each) == path)
            return each.get();
    }
    return nullptr;
}

std::optional<tail_row> store::find_row(const mailbox_state& in, std::uint32_t uid,
                                        bool with_prefix, MDB_txn* txn) {
    const tail_row* heads = nullptr; // the newest partial row on the way down
    for (const tail_layer* layer : {&in.active, &in.frozen}) {
        const tail_row* found = layer->find(uid);
        if (found == nullptr)
            continue;
        if (found->dropped)
            return std::nullopt;
        if (found->partial) {
            if (heads == nullptr)
                heads = found;
            continue;
        }
        tail_row out = *found;
        if (heads != nullptr)
            out.modseq = heads->modseq, out.flags = heads->flags;
        return out;
    }
    tail_row out;
    const std::uint64_t at = in.base != nullptr ? in.base->find(uid) : 0;
    if (!with_prefix && in.base != nullptr && at < in.base->count) {
        static_cast<row&>(out) = {uid,
                                  in.base->modseqs[at],
                                  in.base->flags[at],
                                  in.base->messages[at],
                                  in.base->sizes[at],
                                  in.base->internal_dates_ns[at],
                                  {}};
    } else {
        txn_ptr own;
        if (txn == nullptr)
            txn = (own = data_->read()).get();
        const auto found = database::get(txn, data_->rows, table_key::small(in.id, uid).val());
        const auto entry = found ? decode_row(uid, *found) : std::nullopt;
        if (!entry)
            return std::nullopt;
        static_cast<row&>(out) = *entry;
        if (!with_prefix)
            out.size = out.total();
        if (own)
            out.prefix = {}; // it pointed into the transaction
    }
    if (heads != nullptr)
        out.modseq = heads->modseq, out.flags = heads->flags;
    return out;
}

/// A clock hand over the accounts: what is clean, idle and was not used since the last round goes.
void store::evict() {
    std::size_t looks = accounts_.size() > options_.cached_accounts
                            ? 2 * (accounts_.size() - options_.cached_accounts) + 64
                            : 0;
    while (looks-- > 0 && accounts_.size() > options_.cached_accounts) {
        if (hand_ >= clock_.size())
            hand_ = 0;
        const auto at = accounts_.find(clock_[hand_]);
        if (at != accounts_.end()) {
            account_state& account = *at->second;
            const bool busy = account.dirty || account.staged_epoch == epoch_ ||
                              std::any_of(account.mailboxes.begin(), account.mailboxes.end(),
                                          [](const auto& box) {
                                              return box->dirty || !box->active.empty() ||
                                                     !box->frozen.empty() || !box->graves.empty() ||
                                                     !box->live.empty() || !box->openers.empty();
                                          });
            if (busy || account.used) {
                account.used = false;
                ++hand_;
                continue;
            }
            for (auto& box : account.mailboxes)
                drop_base(*box);
            if (const auto name = names_.find(account.name);
                name != names_.end() && name->second == &account)
                names_.erase(name);
            accounts_.erase(at);
        }
        clock_[hand_] = clock_.back();
        clock_.pop_back();
    }
}

} // namespace waypost::lmdb
