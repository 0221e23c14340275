// SPDX-License-Identifier: Apache-2.0
// The bare reader that full synchronisation is compared with: every entry below the bases and every
// value of it, by libldap, and nothing done with them. Prints entries and seconds as JSON.
#include <ldap.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

[[noreturn]] void fail(const char* what, int code) {
    std::fprintf(stderr, "ldap_read: %s: %s\n", what, ldap_err2string(code));
    std::exit(1);
}

struct totals {
    long entries = 0;
    unsigned long octets = 0;
};

void read_entry(LDAP* handle, LDAPMessage* entry, totals& into) {
    BerElement* element = nullptr;
    berval dn{}, name{}, *values = nullptr;
    ldap_get_dn_ber(handle, entry, &element, &dn);
    while (ldap_get_attribute_ber(handle, entry, element, &name, &values) == LDAP_SUCCESS &&
           name.bv_val != nullptr) {
        for (auto* value = values; value != nullptr && value->bv_val != nullptr; ++value)
            into.octets += value->bv_len;
        ber_memfree(values);
    }
    ber_free(element, 0);
    ++into.entries;
}

void read_base(LDAP* handle, const char* base, totals& into) {
    const char* attributes[] = {"*", "entryUUID", "entryCSN", "modifyTimestamp", nullptr};
    int id = 0;
    if (const int code =
            ldap_search_ext(handle, base, LDAP_SCOPE_SUBTREE, "(objectClass=*)",
                            const_cast<char**>(attributes), 0, nullptr, nullptr, nullptr, 0, &id))
        fail("search", code);
    for (;;) {
        LDAPMessage* message = nullptr;
        const int kind = ldap_result(handle, id, LDAP_MSG_ONE, nullptr, &message);
        if (kind == LDAP_RES_SEARCH_ENTRY)
            read_entry(handle, message, into);
        ldap_msgfree(message);
        if (kind == LDAP_RES_SEARCH_RESULT || kind <= 0)
            return;
    }
}

} // namespace

int main(int count, char** words) {
    if (count < 5) {
        std::fprintf(stderr, "ldap_read URL BIND_DN PASSWORD BASE...\n");
        return 2;
    }
    LDAP* handle = nullptr;
    const int version = LDAP_VERSION3;
    if (const int code = ldap_initialize(&handle, words[1]))
        fail("initialise", code);
    ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
    berval secret{std::strlen(words[3]), words[3]};
    if (const int code = ldap_sasl_bind_s(handle, words[2], LDAP_SASL_SIMPLE, &secret, nullptr,
                                          nullptr, nullptr))
        fail("bind", code);
    const auto begun = std::chrono::steady_clock::now();
    totals read;
    for (int i = 4; i < count; ++i)
        read_base(handle, words[i], read);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("{\"entries\": %ld, \"octets\": %lu, \"seconds\": %.4f}\n", read.entries,
                read.octets, took.count());
    ldap_unbind_ext(handle, nullptr, nullptr);
}
