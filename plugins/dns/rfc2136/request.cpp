// SPDX-License-Identifier: Apache-2.0
#include "request.hpp"

#include <openssl/rand.h>

namespace waypost::dns {
namespace {

constexpr std::uint16_t clock_slack_seconds = 300; // RFC 8945 s10

result<ldns_ptr<ldns_rdf>> name_of(std::string_view name) {
    ldns_ptr<ldns_rdf> out(ldns_dname_new_frm_str((std::string(name) + '.').c_str()));
    if (!out)
        return error{WP_INVALID, "not a domain name: " + std::string(name)};
    return out;
}

result<ldns_rr_type> type_of(std::string_view type) {
    const auto out = ldns_get_rr_type_by_name(std::string(type).c_str());
    if (out == 0)
        return error{WP_INVALID, "unknown record type: " + std::string(type)};
    return out;
}

// RFC 2136 s2.4 and s2.5: a whole set is a record without data, of class ANY or NONE.
result<ldns_ptr<ldns_rr>> without_data(const record& from, ldns_rr_class as) {
    auto owner = name_of(from.owner);
    if (!owner)
        return owner.failure();
    const auto type = type_of(from.type);
    if (!type)
        return type.failure();
    ldns_ptr<ldns_rr> out(ldns_rr_new());
    ldns_rr_set_owner(out.get(), owner->release());
    ldns_rr_set_type(out.get(), *type);
    ldns_rr_set_class(out.get(), as);
    ldns_rr_set_ttl(out.get(), 0);
    return out;
}

result<ldns_ptr<ldns_rr>> encoded(const change& from) {
    const auto& what = from.what;
    if (from.kind == WP_DNS_REQUIRE_ABSENT)
        return without_data(what, LDNS_RR_CLASS_NONE);
    if (what.data.empty())
        return without_data(what, LDNS_RR_CLASS_ANY);
    auto out = parsed(what);
    if (!out || from.kind == WP_DNS_ADD)
        return out;
    ldns_rr_set_ttl(out->get(), 0);
    if (from.kind == WP_DNS_REMOVE)
        ldns_rr_set_class(out->get(), LDNS_RR_CLASS_NONE);
    return out;
}

result<request> finished(ldns_ptr<ldns_pkt> packet, const tsig_key& key) {
    request out;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&out.id), sizeof out.id) != 1)
        return error{WP_TEMPFAIL, "no random numbers for a DNS message"};
    ldns_pkt_set_id(packet.get(), out.id);
    out.opcode = ldns_pkt_get_opcode(packet.get());
    if (!key.name.empty() &&
        ldns_pkt_tsig_sign(packet.get(), key.name.c_str(), key.secret.c_str(), clock_slack_seconds,
                           key.algorithm.c_str(), nullptr) != LDNS_STATUS_OK)
        return error{WP_PERMFAIL, "cannot sign with key " + key.name + " and " + key.algorithm +
                                      ": is the secret base64, the algorithm known?"};
    if (!key.name.empty())
        out.mac.reset(ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(packet.get()), 3)));
    std::uint8_t* wire = nullptr;
    std::size_t size = 0;
    const auto status = ldns_pkt2wire(&wire, packet.get(), &size);
    const ldns_ptr<std::uint8_t> owned(wire);
    if (status != LDNS_STATUS_OK || size > LDNS_MAX_PACKETLEN)
        return error{WP_INVALID, "the DNS message does not fit into 64 KiB"};
    out.wire.assign(wire, wire + size);
    return out;
}

} // namespace

result<ldns_ptr<ldns_rr>> parsed(const record& from) {
    const auto line =
        from.owner + ". " + std::to_string(from.ttl_seconds) + " IN " + from.type + ' ' + from.data;
    ldns_rr* out = nullptr;
    const auto status = ldns_rr_new_frm_str(&out, line.c_str(), 0, nullptr, nullptr);
    if (status != LDNS_STATUS_OK || out == nullptr)
        return error{WP_INVALID, "data of " + from.owner + ' ' + from.type + ": " +
                                     ldns_get_errorstr_by_id(status)};
    return ldns_ptr<ldns_rr>(out);
}

result<request> update_request(std::string_view zone, const std::vector<change>& changes,
                               const tsig_key& key) {
    const ldns_ptr<ldns_rr_list> required(ldns_rr_list_new());
    const ldns_ptr<ldns_rr_list> updates(ldns_rr_list_new());
    const ldns_ptr<ldns_rr_list> additional(ldns_rr_list_new());
    for (const auto& one : changes) {
        auto made = encoded(one);
        if (!made)
            return made.failure();
        const bool requirement = one.kind == WP_DNS_REQUIRE || one.kind == WP_DNS_REQUIRE_ABSENT;
        ldns_rr_list_push_rr((requirement ? required : updates).get(), made->release());
    }
    auto name = name_of(zone);
    if (!name)
        return name.failure();
    ldns_ptr<ldns_pkt> packet(ldns_update_pkt_new(name->release(), LDNS_RR_CLASS_IN, required.get(),
                                                  updates.get(), additional.get()));
    if (!packet)
        return error{WP_TEMPFAIL, "no memory for a DNS update"};
    return finished(std::move(packet), key);
}

result<request> question(std::string_view name, std::string_view type, const tsig_key& key) {
    auto owner = name_of(name);
    if (!owner)
        return owner.failure();
    const auto wanted = type_of(type);
    if (!wanted)
        return wanted.failure();
    ldns_ptr<ldns_pkt> packet(ldns_pkt_query_new(owner->release(), *wanted, LDNS_RR_CLASS_IN, 0));
    if (!packet)
        return error{WP_TEMPFAIL, "no memory for a DNS question"};
    return finished(std::move(packet), key);
}

} // namespace waypost::dns
