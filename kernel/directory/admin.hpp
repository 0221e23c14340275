// SPDX-License-Identifier: Apache-2.0
// Domains and users as an operator sees them: each operation is a sequence of directory writes to
// the backend that owns the base. Adding is idempotent: what is there already is not written again,
// so that a call cut short is simply repeated.
#pragma once

#include "directory/backends.hpp"
#include "directory/cache.hpp"

#include <functional>
#include <string>
#include <vector>

namespace waypost::kernel::directory {

enum class layout { schema1, schema2, labels, organisational };

struct admin_settings {
    std::string dc_root = "o=internet";
    std::string organization_root = "o=isp";
    layout tree = layout::schema1; ///< of new domains; existing ones are recognised in any
};

struct attribute_change {
    enum class kind { add, remove, replace };
    kind what = kind::replace;
    std::string name;
    std::vector<std::string> values; ///< replace and remove without values: the attribute goes
};

struct attribute_values {
    std::string name;
    std::vector<std::string> values;
};

struct domain_details {
    std::string name;
    std::string alias_of;
    std::string state;
    std::string base_dn;
    std::vector<std::string> node_dns;
    std::vector<attribute_values> attributes; ///< of the domain's own node; only filled by show
};

struct user_details {
    std::string account; ///< "ann@example.com"
    std::string dn;
    std::string state; ///< effective: domain and user
    std::string mail;
    std::int64_t quota_bytes = -1;
    std::vector<attribute_values> attributes; ///< only filled by show
};

struct group_details {
    std::string address;
    std::string dn;
    std::string domain;
    std::string state; ///< effective: domain and group
    std::size_t members = 0;
    std::vector<attribute_values> attributes; ///< only filled by show
};

struct new_entry {
    std::string dn;
    std::vector<attribute_values> attributes;
};

struct written {
    std::string dn;
    std::size_t entries = 0;        ///< written; 0: everything was there already
    std::vector<std::string> added; ///< DNs of the entries that were not there before
};

/// Thread-safe; writing blocks: call it on a worker.
class admin {
public:
    admin(const cache& of, const backends& with, admin_settings settings = {});

    /// Names (DN) of the entries that add_domain would write.
    result<std::vector<std::string>>
    missing_entries(std::string_view name, const std::vector<attribute_change>& more) const;
    /// An entry below the roots that nothing is below; not there or not a leaf: nothing happens.
    result<void> remove_leaf(const std::string& dn);
    /// Every missing entry from the roots to the domain's node, as the layout has it.
    result<written> add_domain(std::string_view name,
                               const std::vector<attribute_change>& more = {});
    void list_domains(const std::function<bool(const domain_details&)>& visit) const;
    result<domain_details> show_domain(std::string_view name) const;
    /// At the domain's own node.
    result<written> set_domain(std::string_view name, const std::vector<attribute_change>& changes);
    /// Refused with WP_CONFLICT while there are users or groups. Entries that other domains need
    /// stay.
    result<written> remove_domain(std::string_view name);

    result<written> add_user(std::string_view address, std::string_view password,
                             const std::vector<attribute_change>& more = {});
    /// Empty domain: all. WP_NOT_FOUND for a domain that is not known.
    result<void> list_users(std::string_view domain,
                            const std::function<bool(const user_details&)>& visit) const;
    result<user_details> show_user(std::string_view address) const;
    result<written> set_user(std::string_view address,
                             const std::vector<attribute_change>& changes);
    result<written> remove_user(std::string_view address);
    result<written> set_password(std::string_view address, std::string_view password);

    result<written> add_group(std::string_view address,
                              const std::vector<attribute_change>& more = {});
    /// Empty domain: all. WP_NOT_FOUND for a domain that is not known.
    result<void> list_groups(std::string_view domain,
                             const std::function<bool(const group_details&)>& visit) const;
    result<group_details> show_group(std::string_view address) const;
    result<written> set_group(std::string_view address,
                              const std::vector<attribute_change>& changes);
    result<written> remove_group(std::string_view address);
    /// How `member` joins or leaves a group: users and groups of this site by name, others by
    /// address.
    attribute_change member_change(std::string_view member, attribute_change::kind how) const;

    /// Adds or removes an account as administrator of a domain.
    result<written> change_administrator(std::string_view domain, std::string_view account,
                                         attribute_change::kind how);

private:
    result<void> add_entry(const new_entry& item, written& counted);
    struct leftovers {
        bool has_users = false;
        bool others_below_node = false;
        std::vector<std::string> own; ///< DNs that are the domain's alone, parents first
    };
    leftovers leftovers_of(const domain_details& domain, const std::string& node) const;
    result<void> remove_all(const std::vector<std::string>& parents_first, written& counted);
    result<void> modify(const std::string& dn, const std::vector<attribute_change>& changes);
    result<void> remove_entry(const std::string& dn);
    result<void> write(const wp_write& what, const std::string& dn);
    result<user_details> find_user(const reader& in, std::string_view address) const;
    bool may_touch(std::string_view normalised) const;

    const cache& cache_;
    const backends& backends_;
    admin_settings settings_;
};

} // namespace waypost::kernel::directory
