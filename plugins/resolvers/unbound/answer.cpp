// SPDX-License-Identifier: Apache-2.0
#include "answer.hpp"

#include "parse/rdata.hpp"

#include <waypost/errors.hpp>

#include <unbound.h>

#include <memory>

namespace waypost::unbound {

namespace {

constexpr int rcode_ok = 0; // RFC 1035 s4.1.1
constexpr int rcode_nxdomain = 3;

std::string without_dot(const char* name) {
    std::string out = name != nullptr ? name : "";
    if (out.size() > 1 && out.ends_with('.'))
        out.pop_back();
    return out;
}

void add_records(answer_box& to, const ub_result& from, const std::string& type) {
    for (int i = 0; from.data != nullptr && from.data[i] != nullptr; ++i) {
        auto text = to_text(static_cast<std::uint16_t>(from.qtype),
                            {from.data[i], static_cast<std::size_t>(from.len[i])});
        if (text) // a malformed record is no record
            to.texts.push_back(std::move(*text));
    }
    for (const auto& text : to.texts)
        to.records.push_back({sizeof(wp_record), static_cast<std::uint32_t>(from.ttl),
                              to_abi(to.canonical), to_abi(type), to_abi(text)});
}

} // namespace

wp_status make_answer(const ub_result& from, const std::string& type, answer_box*& box,
                      error& why) {
    box = nullptr;
    if (from.bogus != 0) {
        why = error(WP_TEMPFAIL, std::string("DNSSEC: ") +
                                     (from.why_bogus != nullptr ? from.why_bogus : "bogus"));
        return WP_TEMPFAIL;
    }
    if (from.rcode != rcode_ok && from.rcode != rcode_nxdomain) {
        why = error(WP_TEMPFAIL, "the name servers answer with code " + std::to_string(from.rcode));
        return WP_TEMPFAIL;
    }
    auto out = std::make_unique<answer_box>();
    out->canonical = without_dot(from.canonname != nullptr ? from.canonname : from.qname);
    add_records(*out, from, type);
    out->face.struct_size = sizeof(wp_answer);
    out->face.security = from.secure != 0 ? WP_SECURITY_SECURE : WP_SECURITY_INSECURE;
    out->face.rcode = from.rcode;
    out->face.ttl_seconds = static_cast<std::uint32_t>(from.ttl);
    out->face.canonical = to_abi(out->canonical);
    out->face.records = out->records.data();
    out->face.record_count = out->records.size();
    out->face.impl = out.get();
    const bool found = !out->records.empty();
    if (!found)
        why = error(WP_NOT_FOUND, from.rcode == rcode_nxdomain ? "there is no such name"
                                                               : "there is no such record");
    box = out.release();
    return found ? WP_OK : WP_NOT_FOUND;
}

} // namespace waypost::unbound
