// SPDX-License-Identifier: Apache-2.0
// What sessions share, where a session is, and the one transaction it may have.
#pragma once

#include "parse/line_ends.hpp"
#include "settings.hpp"

#include <waypost/abi/draft/ingress.h>
#include <waypost/errors.hpp>
#include <waypost/logger.hpp>
#include <waypost/net/dot_stuffing.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waypost::smtp {

/// Of an instance. *thread-safe*
class channel_state {
public:
    channel_state(const wp_host* at, const wp_host_ingress* into, logger lines)
        : host(at), ingress(into), log(lines) {}

    std::shared_ptr<const settings> current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }
    void set(std::shared_ptr<const settings> next) {
        const std::lock_guard lock(mutex_);
        current_.swap(next);
    }
    std::uint64_t next_session() noexcept {
        return sessions_.fetch_add(1, std::memory_order_relaxed);
    }

    const wp_host* const host;
    const wp_host_ingress* const ingress;
    const logger log;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const settings> current_;
    std::atomic<std::uint64_t> sessions_{1};
};

/// RFC 5321 s4.1.4: the order of commands.
enum class stage : std::uint8_t {
    fresh,    // no HELO, EHLO or LHLO yet (again after STARTTLS)
    greeted,  // no transaction
    envelope, // MAIL was accepted; RCPT, DATA, BDAT
    content,  // behind DATA
    chunk     // behind BDAT: that many octets
};

/// What a call into the host was given: the host may use it until it has answered.
struct call_arguments {
    std::string address; // of the client at MAIL, of the recipient at RCPT
    std::string trace;
    std::string sender;
    std::string envid;
    std::string original;
    wp_client client{};
    wp_sender from{};
    wp_recipient to{};
};

/// From MAIL to the last reply. *strand*
struct transaction {
    wp_tx* tx = nullptr; // null: gone, or refused
    std::size_t accepted = 0;
    std::size_t refused = 0;
    std::string for_address; // of the first recipient accepted
    bool smtputf8 = false;
    bool has_trace = false; // Received: is written
    bool uses_bdat = false;
    bool lacks_line_end = false; // BDAT content without a last CRLF
    bool is_ending = false;      // complete; waits for room to be handed in
    bool is_last_chunk = false;
    std::uint64_t chunk_left = 0;
    std::uint64_t chunk_size = 0;
    std::uint64_t size = 0;    // content taken
    std::uint64_t dropped = 0; // content after a failure
    std::string failure;       // reply that the content gets; empty: good so far
    net::dot_decoder decoder;
    line_end_watch line_ends; // of BDAT
    call_arguments call;
    wp_receipt receipt{};
    wp_error error = empty_error();
    std::vector<wp_error> results; // LMTP
};

} // namespace waypost::smtp
