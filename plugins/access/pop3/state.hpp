// SPDX-License-Identifier: Apache-2.0
// What sessions share, and what a session has open: its maildrop and the answer it is sending.
#pragma once

#include "parse/top.hpp"
#include "settings.hpp"

#include <waypost/abi/draft/auth.h>
#include <waypost/abi/draft/ingress.h>
#include <waypost/abi/draft/store.h>
#include <waypost/errors.hpp>
#include <waypost/logger.hpp>
#include <waypost/net/dot_stuffing.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waypost::pop3 {

/// Of an instance. *thread-safe*
class service_state {
public:
    explicit service_state(const wp_host* at)
        : host(at), auth(static_cast<const wp_host_auth*>(at->service(at, WP_HOST_AUTH))),
          stores(static_cast<const wp_host_store*>(at->service(at, WP_HOST_STORE))), log(at) {}

    std::shared_ptr<const settings> current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }
    void set(std::shared_ptr<const settings> next) {
        const std::lock_guard lock(mutex_);
        current_.swap(next);
    }

    const wp_host* const host;
    const wp_host_auth* const auth;
    const wp_host_store* const stores;
    const logger log;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const settings> current_;
};

/// A name and a secret on their way through the login; the secret is wiped. *strand*
struct login_attempt {
    login_attempt() = default;
    login_attempt(const login_attempt&) = delete;
    login_attempt& operator=(const login_attempt&) = delete;
    ~login_attempt();

    std::string authorize;
    std::string name;
    std::string secret;
    std::string client;
    std::string host_name;
};

/// The inbox as it was at login (RFC 1939 s5), locked against other POP3 sessions until it is
/// destroyed. *strand*
class maildrop {
public:
    explicit maildrop(const service_state& of) : auth_(of.auth) {}
    maildrop(const maildrop&) = delete;
    maildrop& operator=(const maildrop&) = delete;
    ~maildrop();

    /// Index of message `number` in the snapshot, when it exists.
    std::optional<std::uint64_t> index(std::uint32_t number) const noexcept;
    bool is_deleted(std::uint64_t index) const noexcept {
        return !deleted_.empty() && deleted_[index];
    }
    void remove(std::uint64_t index);
    void restore() noexcept;
    std::uint64_t messages() const noexcept { return snapshot->count - removed_; }
    std::uint64_t octets() const noexcept;
    std::vector<std::uint32_t> removed_uids() const;

    wp_principal* principal = nullptr;
    const wp_store* store = nullptr;
    void* store_self = nullptr;
    wp_mailbox* mailbox = nullptr;
    const wp_snapshot* snapshot = nullptr;

private:
    const wp_host_auth* auth_;
    std::vector<bool> deleted_; // empty: none
    std::uint64_t removed_ = 0;
};

/// A multi-line answer under way: a message (RETR, TOP) or a list (LIST, UIDL). *strand*
struct transfer {
    enum class kind : std::uint8_t { message, list, uidl };

    kind what = kind::message;
    std::uint64_t index = 0;      // of the message, or of the next line
    wp_content* opened = nullptr; // until `content` has it
    std::shared_ptr<wp_content> content;
    std::uint64_t offset = 0;
    net::dot_encoder encoder;
    std::optional<top_cutter> top;
    wp_bytes pieces[8];
    std::uint64_t piece_count = 0;

    ~transfer() {
        if (opened != nullptr)
            opened->unref(opened);
    }
};

/// QUIT's one change. *strand*
struct removal {
    std::vector<std::uint32_t> uids;
    wp_change change{};
    wp_change_result result{};
};

} // namespace waypost::pop3
