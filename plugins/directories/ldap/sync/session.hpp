// SPDX-License-Identifier: Apache-2.0
// RFC 4533 on one connection: a search per base, first the refresh, then what changes. Messages are
// collected and go into the feed as whole transactions.
#pragma once

#include "connection.hpp"
#include "feed.hpp"
#include "pump.hpp"
#include "sync/cookie.hpp"
#include "wire/sync.hpp"

#include <atomic>

namespace waypost::ldap {

/// Single thread.
class sync_session {
public:
    /// `stop` ends a refresh between two messages.
    sync_session(connection on, const settings& with, const std::atomic<bool>& stop)
        : on_(std::move(on)), settings_(with), stop_(stop),
          batch_(std::make_unique<entry_batch>(on_.handle())) {}

    /// Everything, or everything since `from`, as one transaction. WP_CONFLICT: the server cannot
    /// go on from there, or not within refresh_limit; refresh again without a cookie.
    result<void> refresh(const wp_feed& into, sync_mode mode, const std::optional<cookie>& from);

    /// Of what each pushed transaction held: for those who wait for their own writes.
    struct delivery {
        std::string dn, csn; ///< of an entry
        std::string uuid;    ///< of a removal
    };
    using observer = std::function<void(std::vector<delivery>)>;
    /// After a persistent refresh: takes and pushes what is there to read, does not wait.
    result<void> drain(const wp_feed& into, const observer& delivered);

    /// After `heartbeat` of silence: asks the server whether it is there. An error when it did not
    /// answer the last time.
    result<void> prove_alive();
    /// How long the server may be silent now.
    std::chrono::milliseconds patience() const noexcept {
        return probe_ == 0 ? settings_.heartbeat : settings_.timeout;
    }

    /// Of what was committed.
    const cookie& position() const noexcept { return committed_; }
    int socket() const noexcept { return on_.socket(); }
    const std::string& server() const noexcept { return on_.server(); }

private:
    struct search_state {
        int id = 0;
        bool refreshed = false;
        bool present_phase = false;
        bool has_entries = false;
    };

    /// Without `full` the entries are collected, else they go through it in batches.
    result<void> refresh_bases(sync_mode mode, batch_pump* full);
    result<void> refresh_base(std::size_t base, sync_mode mode, batch_pump* full);
    result<void> take(message one, std::size_t base);
    result<void> take_entry(message one, std::size_t base);
    result<void> take_info(LDAPMessage* one, std::size_t base);
    result<void> take_end(LDAPMessage* one, std::size_t base);
    result<void> commit_refresh(const wp_feed& into);
    result<void> push_changes(const wp_feed& into, const observer& delivered);
    std::optional<std::size_t> base_of(int id) const;
    error ended(const connection::outcome& said) const;

    connection on_;
    const settings& settings_;
    const std::atomic<bool>& stop_;
    std::vector<search_state> searches_;
    cookie position_; // of what was read
    cookie committed_;
    std::function<result<void>()> push_; // while changes are followed
    bool with_cookie_ = false;
    int probe_ = 0; // message id of an unanswered heartbeat
    batch_pointer batch_;
    std::vector<std::string> removed_;
    std::vector<std::string> present_;
};

} // namespace waypost::ldap
