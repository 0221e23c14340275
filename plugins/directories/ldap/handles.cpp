// SPDX-License-Identifier: Apache-2.0
#include "handles.hpp"

#include <string>

namespace waypost::ldap {

wp_status status_of(int code) noexcept {
    switch (code) {
    case LDAP_SUCCESS:
        return WP_OK;
    case LDAP_NO_SUCH_OBJECT:
        return WP_NOT_FOUND;
    case LDAP_ALREADY_EXISTS:
        return WP_EXISTS;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED:
        return WP_DENIED;
    case LDAP_NO_SUCH_ATTRIBUTE:
    case LDAP_TYPE_OR_VALUE_EXISTS:
    case LDAP_NOT_ALLOWED_ON_NONLEAF:
    case LDAP_ASSERTION_FAILED:
        return WP_CONFLICT;
    case LDAP_UNDEFINED_TYPE:
    case LDAP_CONSTRAINT_VIOLATION:
    case LDAP_INVALID_SYNTAX:
    case LDAP_INVALID_DN_SYNTAX:
    case LDAP_NAMING_VIOLATION:
    case LDAP_OBJECT_CLASS_VIOLATION:
    case LDAP_NOT_ALLOWED_ON_RDN:
    case LDAP_NO_OBJECT_CLASS_MODS:
        return WP_INVALID;
    default:
        return WP_TEMPFAIL;
    }
}

error failure_of(int code, std::string_view doing, std::string_view diagnostic) {
    std::string text(doing);
    text += ": ";
    text += ldap_err2string(code);
    if (!diagnostic.empty() && diagnostic.size() < 200) {
        text += " (";
        text += diagnostic;
        text += ')';
    }
    return {status_of(code), text};
}

bool is_lost(int code) noexcept {
    return code < 0 || code == LDAP_UNAVAILABLE || code == LDAP_BUSY;
}

} // namespace waypost::ldap
