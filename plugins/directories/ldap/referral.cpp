// SPDX-License-Identifier: Apache-2.0
#include "referral.hpp"

#include <waypost/ascii.hpp>

#include <ldap.h>

#include <memory>

namespace waypost::ldap {
namespace {

struct free_url {
    void operator()(LDAPURLDesc* url) const noexcept { ldap_free_urldesc(url); }
};
using parsed_url = std::unique_ptr<LDAPURLDesc, free_url>;

parsed_url parse(const std::string& text) {
    LDAPURLDesc* out = nullptr;
    return ldap_url_parse(text.c_str(), &out) == LDAP_URL_SUCCESS ? parsed_url(out) : parsed_url();
}

bool same_text(const char* a, const char* b) {
    return a != nullptr && b != nullptr && equal_folded(a, b);
}

} // namespace

bool is_of_server(const std::string& to, const std::string& server) {
    const auto a = parse(to), b = parse(server);
    return a && b && same_text(a->lud_scheme, b->lud_scheme) &&
           same_text(a->lud_host, b->lud_host) && a->lud_port == b->lud_port;
}

} // namespace waypost::ldap
