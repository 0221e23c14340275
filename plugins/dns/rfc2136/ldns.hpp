// SPDX-License-Identifier: Apache-2.0
// Owners for what ldns allocates.
#pragma once

// ldns defines bool as a macro unless stdbool.h came before it.
// clang-format off
#include <stdbool.h> // NOLINT(modernize-deprecated-headers)
#include <ldns/ldns.h>
// clang-format on

#include <cstdlib>
#include <memory>

namespace waypost::dns {

struct ldns_deleter {
    void operator()(ldns_rdf* data) const noexcept { ldns_rdf_deep_free(data); }
    void operator()(ldns_rr* record) const noexcept { ldns_rr_free(record); }
    void operator()(ldns_rr_list* list) const noexcept { ldns_rr_list_deep_free(list); }
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
    void operator()(char* text) const noexcept { std::free(text); }
    void operator()(std::uint8_t* wire) const noexcept { std::free(wire); }
};

template <class T>
using ldns_ptr = std::unique_ptr<T, ldns_deleter>;

} // namespace waypost::dns
