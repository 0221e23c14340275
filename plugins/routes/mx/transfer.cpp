// SPDX-License-Identifier: Apache-2.0
#include "transfer.hpp"

#include <waypost/ascii.hpp>

// ldns defines bool as a macro unless stdbool.h came before it.
// clang-format off
#include <stdbool.h> // NOLINT(modernize-deprecated-headers)
#include <ldns/ldns.h>
// clang-format on

#include <cstdlib>
#include <memory>

namespace waypost::routes_mx {
namespace {

struct deleter {
    void operator()(ldns_resolver* one) const noexcept { ldns_resolver_deep_free(one); }
    void operator()(ldns_rdf* data) const noexcept { ldns_rdf_deep_free(data); }
    void operator()(ldns_rr* record) const noexcept { ldns_rr_free(record); }
    void operator()(char* text) const noexcept { std::free(text); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;
using resolver = owned<ldns_resolver>;

error failed(const std::string& zone, std::string_view why) {
    return {WP_TEMPFAIL, "zone " + zone + ": " + std::string(why)};
}

result<resolver> open(const transfer_source& from, const std::string& zone) {
    resolver out(ldns_resolver_new());
    owned<ldns_rdf> address(ldns_rdf_new_frm_str(
        from.address.find(':') == std::string::npos ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA,
        from.address.c_str()));
    if (!out || !address || ldns_resolver_push_nameserver(out.get(), address.get()) != 0)
        return failed(zone, "the server's address is none");
    ldns_resolver_set_port(out.get(), from.port);
    ldns_resolver_set_usevc(out.get(), true);
    ldns_resolver_set_retry(out.get(), 1);
    const auto all = from.timeout.count();
    ldns_resolver_set_timeout(out.get(), {all / 1000, all % 1000 * 1000});
    if (!from.key_name.empty()) {
        ldns_resolver_set_tsig_keyname(out.get(), from.key_name.c_str());
        ldns_resolver_set_tsig_algorithm(out.get(), from.key_algorithm.c_str());
        ldns_resolver_set_tsig_keydata(out.get(), from.key_secret.c_str());
    }
    return out;
}

std::string text_of(const ldns_rdf* from) {
    const owned<char> text(ldns_rdf2str(from));
    return text ? text.get() : "";
}

void take(const ldns_rr* record, table& into) {
    if (ldns_rr_get_type(record) != LDNS_RR_TYPE_MX || ldns_rr_rd_count(record) != 2)
        return;
    if (auto one = parse_exchanger(text_of(ldns_rr_rdf(record, 0)) + ' ' +
                                   text_of(ldns_rr_rdf(record, 1))))
        into[fold_domain(text_of(ldns_rr_owner(record)))].push_back(*std::move(one));
}

} // namespace

result<table> transfer(const transfer_source& from, const std::string& zone,
                       const std::atomic<bool>& stop) {
    auto on = open(from, zone);
    if (!on)
        return on.failure();
    const owned<ldns_rdf> name(ldns_dname_new_frm_str(zone.c_str()));
    if (!name || ldns_axfr_start(on->get(), name.get(), LDNS_RR_CLASS_IN) != LDNS_STATUS_OK)
        return failed(zone, "the server does not answer");
    table out;
    for (std::size_t count = 0;; ++count) {
        const owned<ldns_rr> record(ldns_axfr_next(on->get()));
        if (!record)
            break;
        if (stop || count >= most_records)
            return failed(zone, stop ? "the daemon is stopping" : "it has too many records");
        take(record.get(), out);
    }
    // It ends with the SOA record that it began with (RFC 5936 s2.2): anything else is a part.
    if (!ldns_axfr_complete(on->get()))
        return failed(zone, "the transfer was refused or cut short");
    return out;
}

} // namespace waypost::routes_mx
