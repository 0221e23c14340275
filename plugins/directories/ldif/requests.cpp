// SPDX-License-Identifier: Apache-2.0
// Writes as records; see requests.hpp.
#include "requests.hpp"

#include "tree/entry.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::ldif {
namespace {

error invalid(std::string what) {
    return {WP_INVALID, std::move(what)};
}

// The name goes into a text file: it must not bring lines of its own.
bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 256 &&
           std::all_of(name.begin(), name.end(),
                       [](char c) {
                           const char low = ascii_lower(c);
                           return (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') ||
                                  c == '-' || c == ';' || c == '.' || c == '_';
                       }) &&
           name.front() != '-' && name.front() != '.' && name.front() != ';';
}

result<std::vector<std::string>> values_of(const wp_attribute& from, bool hash,
                                           const hashing& how) {
    const auto name = view(from.name);
    if (!is_name(name))
        return invalid("not an attribute name: '" + std::string(name.substr(0, 80)) + "'");
    std::vector<std::string> out;
    out.reserve(from.value_count);
    for (std::uint64_t i = 0; i < from.value_count; ++i) {
        out.emplace_back(view(from.values[i]));
        if (!hash || !equal_folded(base_name(name), "userpassword"))
            continue;
        auto hashed = hash_password(out.back(), how);
        if (!hashed)
            return hashed.failure();
        out.back() = std::move(*hashed);
    }
    return out;
}

result<void> fill_add(record& out, const wp_entry& from, const hashing& how) {
    out.kind = record_kind::add;
    for (std::uint64_t i = 0; i < from.attribute_count; ++i) {
        auto values = values_of(from.attributes[i], true, how);
        if (!values)
            return values.failure();
        for (auto& value : *values)
            out.values.push_back({std::string(view(from.attributes[i].name)), std::move(value)});
    }
    return {};
}

result<void> fill_modify(record& out, const wp_write& from, const hashing& how) {
    out.kind = record_kind::modify;
    for (std::uint64_t i = 0; i < from.modification_count; ++i) {
        const auto& one = from.modifications[i];
        if (one.kind < WP_MOD_ADD || one.kind > WP_MOD_REPLACE)
            return invalid("unknown kind of modification");
        if (one.kind == WP_MOD_ADD && one.attribute.value_count == 0)
            return invalid("an addition of no values");
        auto values = values_of(one.attribute, one.kind != WP_MOD_DELETE, how);
        if (!values)
            return values.failure();
        const auto kind = one.kind == WP_MOD_ADD      ? mod_kind::add
                          : one.kind == WP_MOD_DELETE ? mod_kind::remove
                                                      : mod_kind::replace;
        out.modifications.push_back(
            {kind, std::string(view(one.attribute.name)), std::move(*values)});
    }
    return {};
}

// The new name in two parts, as LDAP and LDIF have them: at the first separator that is not
// escaped.
result<void> fill_rename(record& out, std::string_view target) {
    out.kind = record_kind::rename;
    if (auto name = normalise_dn(target); !name || name->empty())
        return invalid("invalid new DN '" + std::string(target.substr(0, 120)) + "'");
    bool quoted = false;
    std::size_t at = 0;
    for (; at < target.size(); ++at) {
        if (target[at] == '\\')
            ++at;
        else if (target[at] == '"')
            quoted = !quoted;
        else if (!quoted && (target[at] == ',' || target[at] == ';'))
            break;
    }
    out.new_rdn.assign(target.substr(0, at));
    out.new_superior.emplace(at < target.size() ? target.substr(at + 1) : std::string_view{});
    out.delete_old_rdn = true;
    return {};
}

} // namespace

result<record> record_of(const wp_write& write, const hashing& how) {
    record out;
    out.dn.assign(view(write.entry.dn));
    if (auto name = normalise_dn(out.dn); !name)
        return name.failure();
    else if (name->empty())
        return invalid("invalid DN: the name is empty");
    result<void> ok;
    switch (write.kind) {
    case WP_WRITE_ADD:
        ok = fill_add(out, write.entry, how);
        break;
    case WP_WRITE_MODIFY:
        ok = fill_modify(out, write, how);
        break;
    case WP_WRITE_DELETE:
        out.kind = record_kind::remove;
        break;
    case WP_WRITE_RENAME:
        ok = fill_rename(out, view(write.new_dn));
        break;
    default:
        return invalid("unknown kind of write");
    }
    if (!ok)
        return ok.failure();
    return out;
}

} // namespace waypost::ldif
