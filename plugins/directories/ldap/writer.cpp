// SPDX-License-Identifier: Apache-2.0
#include "writer.hpp"

#include "entries.hpp"

#include <strings.h>

#include <algorithm>

namespace waypost::ldap {
namespace {

bool is_password(const wp_attribute& one) {
    const std::string name(view(one.name));
    return ::strcasecmp(name.c_str(), "userPassword") == 0;
}

/// RFC 2307 s5.3: "{scheme}...".
bool is_hashed(std::string_view value) {
    return value.starts_with('{') && value.find('}') != std::string_view::npos;
}

/// The one value in clear text of an attribute userPassword; empty: none.
std::string_view clear_password(const wp_attribute& one) {
    if (!is_password(one) || one.value_count != 1 || is_hashed(view(one.values[0])))
        return {};
    return view(one.values[0]);
}

/// LDAPMod arrays that own their bytes' descriptions, not the bytes. Single thread.
class modifications {
public:
    void add(int kind, const wp_attribute& from) {
        auto& one = items_.emplace_back();
        one.name = view(from.name);
        for (std::uint64_t i = 0; i < from.value_count; ++i)
            one.values.push_back(to_berval(view(from.values[i])));
        one.kind = kind;
    }
    bool empty() const noexcept { return items_.empty(); }
    /// Valid until the next add.
    LDAPMod** list() {
        out_.clear();
        for (auto& one : items_) {
            one.pointers.clear();
            for (auto& value : one.values)
                one.pointers.push_back(&value);
            one.pointers.push_back(nullptr);
            one.mod.mod_op = one.kind | LDAP_MOD_BVALUES;
            one.mod.mod_type = one.name.data();
            one.mod.mod_bvalues = one.values.empty() ? nullptr : one.pointers.data();
            out_.push_back(&one.mod);
        }
        out_.push_back(nullptr);
        return out_.data();
    }

private:
    struct item {
        std::string name;
        std::vector<berval> values;
        std::vector<berval*> pointers;
        int kind = 0;
        LDAPMod mod{};
    };
    std::vector<item> items_;
    std::vector<LDAPMod*> out_;
};

/// RFC 4527: the entry's attribute as it is after, or was before, the write.
class read_entry_control {
public:
    read_entry_control(const char* oid, const char* attribute) {
        const owned<BerElement> out(ber_alloc_t(LBER_USE_DER));
        if (!out || ber_printf(out.get(), "{s}", attribute) < 0 ||
            ber_flatten2(out.get(), &value_, 1) < 0)
            throw std::bad_alloc();
        control_ = {const_cast<char*>(oid), value_, 0};
        list_[0] = &control_;
    }
    ~read_entry_control() { ber_memfree(value_.bv_val); }
    read_entry_control(const read_entry_control&) = delete;
    read_entry_control& operator=(const read_entry_control&) = delete;

    LDAPControl** list() noexcept { return list_; }
    /// Empty: the server does not know the control.
    std::string value_of(const connection::outcome& said) const {
        auto* found = said.controls
                          ? ldap_control_find(control_.ldctl_oid, said.controls.get(), nullptr)
                          : nullptr;
        if (found == nullptr)
            return {};
        const owned<BerElement> in(ber_init(&found->ldctl_value));
        berval dn{}, name{}, value{};
        if (!in || ber_scanf(in.get(), "{m{{m[m", &dn, &name, &value) == LBER_ERROR)
            return {};
        return std::string(view(value));
    }

private:
    berval value_{};
    LDAPControl control_{};
    LDAPControl* list_[2] = {nullptr, nullptr};
};

result<connection::outcome> finished(connection& on, int code, int id, const std::string& doing) {
    auto got = on.answer(code, id, doing);
    if (!got)
        return got.failure();
    auto said = on.outcome_of(got->get());
    if (said.code != LDAP_SUCCESS)
        return failure_of(said.code, doing, said.diagnostic);
    return said;
}

/// RFC 3062
result<void> set_password(connection& on, const std::string& dn, std::string_view password) {
    const owned<BerElement> out(ber_alloc_t(LBER_USE_DER));
    if (!out || ber_printf(out.get(), "{tsto}", LDAP_TAG_EXOP_MODIFY_PASSWD_ID, dn.c_str(),
                           LDAP_TAG_EXOP_MODIFY_PASSWD_NEW, password.data(),
                           static_cast<ber_len_t>(password.size())) < 0)
        return error{WP_TEMPFAIL, "no memory"};
    berval value{};
    if (ber_flatten2(out.get(), &value, 0) < 0)
        return error{WP_TEMPFAIL, "no memory"};
    int id = 0;
    const int code = ldap_extended_operation(on.handle(), LDAP_EXOP_MODIFY_PASSWD, &value, nullptr,
                                             nullptr, &id);
    auto said = finished(on, code, id, "password of " + dn);
    return said ? result<void>() : said.failure();
}

result<sync_session::delivery> add(connection& on, const std::string& dn, const wp_write& what) {
    modifications given;
    std::string_view password;
    for (std::uint64_t i = 0; i < what.entry.attribute_count; ++i) {
        const auto& one = what.entry.attributes[i];
        const auto clear = clear_password(one);
        if (clear.empty())
            given.add(LDAP_MOD_ADD, one);
        else
            password = clear;
    }
    read_entry_control after(LDAP_CONTROL_POST_READ, "entryCSN");
    int id = 0;
    const int code =
        ldap_add_ext(on.handle(), dn.c_str(), given.list(), after.list(), nullptr, &id);
    auto said = finished(on, code, id, "add " + dn);
    if (!said)
        return said.failure();
    if (!password.empty())
        if (auto set = set_password(on, dn, password); !set)
            return set.failure();
    return sync_session::delivery{dn, after.value_of(*said), {}};
}

result<sync_session::delivery> modify(connection& on, const std::string& dn, const wp_write& what) {
    modifications given;
    std::string_view password;
    for (std::uint64_t i = 0; i < what.modification_count; ++i) {
        const auto& one = what.modifications[i];
        const auto clear = clear_password(one.attribute);
        if (one.kind == WP_MOD_REPLACE && !clear.empty()) {
            password = clear;
            continue;
        }
        given.add(one.kind == WP_MOD_ADD      ? LDAP_MOD_ADD
                  : one.kind == WP_MOD_DELETE ? LDAP_MOD_DELETE
                                              : LDAP_MOD_REPLACE,
                  one.attribute);
    }
    sync_session::delivery out{dn, {}, {}};
    if (!given.empty()) {
        read_entry_control after(LDAP_CONTROL_POST_READ, "entryCSN");
        int id = 0;
        const int code =
            ldap_modify_ext(on.handle(), dn.c_str(), given.list(), after.list(), nullptr, &id);
        auto said = finished(on, code, id, "modify " + dn);
        if (!said)
            return said.failure();
        out.csn = after.value_of(*said);
    }
    if (!password.empty())
        if (auto set = set_password(on, dn, password); !set)
            return set.failure();
    return out;
}

result<sync_session::delivery> remove(connection& on, const std::string& dn) {
    read_entry_control before(LDAP_CONTROL_PRE_READ, "entryUUID");
    int id = 0;
    const int code = ldap_delete_ext(on.handle(), dn.c_str(), before.list(), nullptr, &id);
    auto said = finished(on, code, id, "delete " + dn);
    if (!said)
        return said.failure();
    return sync_session::delivery{dn, {}, uuid_octets(before.value_of(*said))};
}

result<sync_session::delivery> rename(connection& on, const std::string& dn,
                                      const std::string& new_dn) {
    // The first comma that no backslash escapes ends the new RDN (RFC 4514 s2.4).
    std::size_t end = 0;
    while (end < new_dn.size() && new_dn[end] != ',')
        end += new_dn[end] == '\\' ? 2 : 1;
    if (end >= new_dn.size())
        return error{WP_INVALID, "a new name needs a parent: " + new_dn};
    const auto rdn = new_dn.substr(0, end);
    const auto parent = new_dn.substr(end + 1);
    read_entry_control after(LDAP_CONTROL_POST_READ, "entryCSN");
    int id = 0;
    const int code = ldap_rename(on.handle(), dn.c_str(), rdn.c_str(), parent.c_str(), 1,
                                 after.list(), nullptr, &id);
    auto said = finished(on, code, id, "rename " + dn);
    if (!said)
        return said.failure();
    return sync_session::delivery{new_dn, after.value_of(*said), {}};
}

} // namespace

result<sync_session::delivery> write_one(connection& on, const wp_write& what) {
    const std::string dn(view(what.entry.dn));
    switch (what.kind) {
    case WP_WRITE_ADD:
        return add(on, dn, what);
    case WP_WRITE_MODIFY:
        return modify(on, dn, what);
    case WP_WRITE_DELETE:
        return remove(on, dn);
    case WP_WRITE_RENAME:
        return rename(on, dn, std::string(view(what.new_dn)));
    default:
        return error{WP_UNSUPPORTED, "a write of unknown kind"};
    }
}

} // namespace waypost::ldap
