// SPDX-License-Identifier: Apache-2.0
// Judges an answer: does it belong to the request, is it signed (RFC 8945 s5.3), what does it say?
// Untrusted bytes go through ldns_wire2pkt, which checks bounds. Pure, thread-safe.
#pragma once

#include "request.hpp"

#include <span>

namespace waypost::dns {

/// The answer when it is signed with the key of the request. Unsigned: WP_DENIED for refusals
/// (with the TSIG error by name), WP_TEMPFAIL for everything else, which is never believed.
result<ldns_ptr<ldns_pkt>> verified(std::span<const std::uint8_t> wire, const request& asked,
                                    const tsig_key& key);

/// What the RCODE of a verified answer to an UPDATE of `zone` means (RFC 2136 s2.2).
result<void> update_outcome(const ldns_pkt* answer, std::string_view zone);

} // namespace waypost::dns
