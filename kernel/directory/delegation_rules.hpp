// SPDX-License-Identifier: Apache-2.0
// The table of delegated administration: which attribute of what may be written by whom, and what
// its values must be. What is not in it is the operator's. Pure.
#pragma once

#include "directory/delegation.hpp"

namespace waypost::kernel::directory {

/// What a value must be.
enum class value_rule {
    any,
    own_address,   ///< in the domain or one of its aliases
    mail_address,  ///< a mail address, of any domain
    inet_state,    ///< active, inactive, deleted
    mail_state,    ///< those, hold
    user_delivery, ///< mailbox, forward, autoreply, hold: no programs, no files
    group_delivery,
    quota,     ///< not above what the domain has
    dn_below,  ///< a name in the domain's subtree
    url_below, ///< an LDAP URL without host, its base in the domain's subtree
};

enum class writer_role { administrator, self };

/// Nothing: it is not theirs to write.
const value_rule* rule_of(subject what, writer_role by, std::string_view attribute) noexcept;

/// What the rules compare with.
struct rule_facts {
    std::string domain;               ///< canonical
    std::vector<std::string> aliases; ///< of it, folded
    std::string base_dn;              ///< normalised
    std::int64_t most_bytes = -1;     ///< of one user; -1: no limit
    std::int64_t most_messages = -1;
};
bool is_good(value_rule rule, std::string_view attribute, std::string_view value,
             const rule_facts& facts);
/// For people: "an address in example.com".
std::string described(value_rule rule, const rule_facts& facts);

} // namespace waypost::kernel::directory
