// SPDX-License-Identifier: Apache-2.0
// What a client session knows: the server's abilities, the replies it waits for, the message it is
// sending.
#pragma once

#include "client/delivery.hpp"

#include <waypost/net/dot_stuffing.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace waypost::smtp::client {

/// A reply line with CRLF. RFC 5321 s4.5.3.1.5 says 512; some servers say more.
inline constexpr std::size_t max_server_line = 2048;

enum class step : std::uint8_t {
    greeting,
    hello,
    helo,
    starttls,
    mail,
    rcpt,
    data,
    final,
    reset,
    quit
};

struct expected {
    step what;
    std::size_t row = 0; // of rcpt, and of final in LMTP
};

/// RFC 5321 s4.1.1.1: keywords of the reply to EHLO.
struct server_abilities {
    bool esmtp = false;
    bool pipelining = false;
    bool size = false;
    bool eight_bit = false;
    bool starttls = false;
    bool dsn = false;
    bool utf8 = false;
    bool require_tls = false;
    std::uint64_t max_size = 0; // 0: not said
};

server_abilities parse_abilities(std::string_view hello_text);

/// The message under way.
struct dialogue {
    std::unique_ptr<delivery> what;
    std::vector<std::size_t> accepted; // rows whose RCPT was taken
    std::size_t rcpt_next = 0;         // without pipelining: the next row to ask for
    bool mail_accepted = false;
    bool data_sent = false;
    bool content_begun = false;
    bool content_ended = false;
    bool sends_empty = false; // DATA was taken although no recipient was: nothing, and a dot
    std::uint64_t offset = 0; // of the content, sent so far
    net::dot_encoder encoder;
    std::size_t finals = 0; // LMTP: replies so far
};

} // namespace waypost::smtp::client
