// SPDX-License-Identifier: Apache-2.0
#include "answer.hpp"

namespace waypost::dns {
namespace {

constexpr std::uint16_t bad_signature = 16;
constexpr std::uint16_t bad_key = 17;
constexpr std::uint16_t bad_time = 18;

std::string rcode_name(const ldns_pkt* answer) {
    const ldns_ptr<char> name(ldns_pkt_rcode2str(ldns_pkt_get_rcode(answer)));
    return name ? name.get() : "an unknown code";
}

// RFC 8945 s5.2.3: with BADTIME the other data is the server's clock, 48 bits.
std::string server_clock(const ldns_rr* tsig) {
    const auto* other = ldns_rr_rdf(tsig, 6);
    if (other == nullptr || ldns_rdf_size(other) != 8)
        return "unknown";
    std::uint64_t seconds = 0;
    for (std::size_t i = 2; i < 8; ++i)
        seconds = seconds << 8U | ldns_rdf_data(other)[i];
    return std::to_string(seconds);
}

std::string tsig_problem(const ldns_rr* tsig, const tsig_key& key) {
    const auto* code = tsig != nullptr ? ldns_rr_rdf(tsig, 5) : nullptr;
    if (code == nullptr || ldns_rdf_size(code) != 2)
        return "no TSIG in the answer: is key " + key.name + " known there and allowed?";
    switch (ldns_rdf2native_int16(code)) {
    case bad_signature:
        return "BADSIG: another secret for key " + key.name;
    case bad_key:
        return "BADKEY: key " + key.name + " with " + key.algorithm + " is not known there";
    case bad_time:
        return "BADTIME: the clocks differ; the server's says " + server_clock(tsig) +
               " s since 1970";
    default:
        return "TSIG error " + std::to_string(ldns_rdf2native_int16(code));
    }
}

} // namespace

result<ldns_ptr<ldns_pkt>> verified(std::span<const std::uint8_t> wire, const request& asked,
                                    const tsig_key& key) {
    ldns_pkt* raw = nullptr;
    const auto status = ldns_wire2pkt(&raw, wire.data(), wire.size());
    ldns_ptr<ldns_pkt> answer(raw);
    if (status != LDNS_STATUS_OK || !answer)
        return error{WP_TEMPFAIL, "the DNS server sent something that is no DNS message"};
    if (!ldns_pkt_qr(answer.get()) || ldns_pkt_id(answer.get()) != asked.id ||
        ldns_pkt_get_opcode(answer.get()) != asked.opcode)
        return error{WP_TEMPFAIL, "the DNS server sent an answer to another question"};
    if (key.name.empty())
        return answer;
    const auto* tsig = ldns_pkt_tsig(answer.get());
    const bool genuine =
        tsig != nullptr && ldns_rr_rd_count(tsig) == 7 &&
        ldns_pkt_tsig_verify(answer.get(), wire.data(), wire.size(), key.name.c_str(),
                             key.secret.c_str(), asked.mac.get());
    const auto rcode = ldns_pkt_get_rcode(answer.get());
    const bool clock = genuine && ldns_rdf2native_int16(ldns_rr_rdf(tsig, 5)) == bad_time;
    if (genuine && !clock)
        return answer;
    const bool refusal = rcode == LDNS_RCODE_REFUSED || rcode == LDNS_RCODE_NOTAUTH;
    return error{refusal ? WP_DENIED : WP_TEMPFAIL,
                 (refusal ? rcode_name(answer.get()) : "unsigned " + rcode_name(answer.get())) +
                     ", " + tsig_problem(tsig, key)};
}

result<void> update_outcome(const ldns_pkt* answer, std::string_view zone) {
    const std::string name(zone);
    switch (ldns_pkt_get_rcode(answer)) {
    case LDNS_RCODE_NOERROR:
        return {};
    case LDNS_RCODE_YXDOMAIN:
    case LDNS_RCODE_YXRRSET:
    case LDNS_RCODE_NXRRSET:
    case LDNS_RCODE_NXDOMAIN:
        return error{WP_CONFLICT, rcode_name(answer) + ": a requirement does not hold in " + name};
    case LDNS_RCODE_NOTAUTH:
        return error{WP_NOT_FOUND, "NOTAUTH: the server has no zone " + name};
    case LDNS_RCODE_NOTZONE:
        return error{WP_INVALID, "NOTZONE: a name lies outside " + name};
    case LDNS_RCODE_REFUSED:
        return error{WP_DENIED, "REFUSED: the key may not change " + name +
                                    ", a CNAME and other data would meet, or (BIND) an MX names a "
                                    "host of the zone that has no address"};
    case LDNS_RCODE_FORMERR:
    case LDNS_RCODE_NOTIMPL:
        return error{WP_PERMFAIL, rcode_name(answer) + ": the server takes no such update"};
    default:
        return error{WP_TEMPFAIL, rcode_name(answer) + " for an update of " + name};
    }
}

} // namespace waypost::dns
