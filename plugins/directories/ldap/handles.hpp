// SPDX-License-Identifier: Apache-2.0
// Owners for what libldap and liblber allocate, and the end of an operation as an error.
#pragma once

#include <waypost/result.hpp>

#include <ldap.h>

#include <memory>
#include <string_view>

namespace waypost::ldap {

struct handle_deleter {
    void operator()(LDAP* handle) const noexcept { ldap_unbind_ext(handle, nullptr, nullptr); }
    void operator()(LDAPMessage* message) const noexcept { ldap_msgfree(message); }
    void operator()(LDAPControl* control) const noexcept { ldap_control_free(control); }
    void operator()(LDAPControl** controls) const noexcept { ldap_controls_free(controls); }
    void operator()(BerElement* element) const noexcept { ber_free(element, 1); }
    void operator()(char* text) const noexcept { ldap_memfree(text); }
    void operator()(berval* value) const noexcept { ber_bvfree(value); }
    void operator()(char** texts) const noexcept { ldap_memvfree(reinterpret_cast<void**>(texts)); }
};

template <class T>
using owned = std::unique_ptr<T, handle_deleter>;
using message = owned<LDAPMessage>;
using control_list = std::unique_ptr<LDAPControl*, handle_deleter>;

inline std::string_view view(const berval& value) noexcept {
    return {value.bv_val, value.bv_val == nullptr ? 0 : value.bv_len};
}

using waypost::view;

/// libldap takes no const; it does not write.
inline berval to_berval(std::string_view text) noexcept {
    return {static_cast<ber_len_t>(text.size()), const_cast<char*>(text.data())};
}

/// An LDAP result code (RFC 4511 s4.1.9) or one of libldap's own (negative): the status that the
/// host acts on, the code's name and what the server said. LDAP_SUCCESS is no error.
wp_status status_of(int code) noexcept;
error failure_of(int code, std::string_view doing, std::string_view diagnostic = {});
/// Is the connection of no use any more?
bool is_lost(int code) noexcept;

} // namespace waypost::ldap
