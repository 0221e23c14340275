// SPDX-License-Identifier: Apache-2.0
// Builds messages: an UPDATE (RFC 2136) or a question (RFC 1035), signed by TSIG (RFC 8945).
#pragma once

#include "ldns.hpp"
#include "names.hpp"

#include <vector>

namespace waypost::dns {

/// A TSIG key. `name` is lower case: PowerDNS compares it byte by byte. No name: nothing is signed,
/// for questions that anybody may ask.
struct tsig_key {
    std::string name;
    std::string algorithm; ///< "hmac-sha256"
    std::string secret;    ///< base64; never logged
};

/// Ready to send once; a retry needs a new one (id and time are signed).
struct request {
    std::vector<std::uint8_t> wire;
    std::uint16_t id = 0;
    ldns_pkt_opcode opcode = LDNS_PACKET_QUERY;
    ldns_ptr<ldns_rdf> mac;
};

/// The record as ldns has it; WP_INVALID names owner and type.
result<ldns_ptr<ldns_rr>> parsed(const record& from);

/// All prerequisites and changes of one zone in one message.
result<request> update_request(std::string_view zone, const std::vector<change>& changes,
                               const tsig_key& key);

/// Asks for one type, without recursion.
result<request> question(std::string_view name, std::string_view type, const tsig_key& key);

} // namespace waypost::dns
