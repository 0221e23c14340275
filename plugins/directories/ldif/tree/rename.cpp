// SPDX-License-Identifier: Apache-2.0
// Modify DN, RFC 4511 s4.9, of an entry and everything below it; see apply.hpp. References to the
// old names in other entries stay as they are, as in LDAP.
#include "tree/apply.hpp"
#include "tree/values.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::ldif {
namespace {

error failure(wp_status status, std::string_view what, std::string_view on) {
    return {status, std::string(what) + " '" + std::string(on) + "'"};
}

// The first `count` RDNs as written, when that is easy to see; normalised otherwise.
std::string first_rdns(const entry& one, std::size_t count) {
    auto text = one.dn();
    const auto commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
    if (text.find_first_of("\\\";") != std::string_view::npos ||
        commas + 1 != dn_depth(one.normalised()))
        text = one.normalised();
    std::size_t at = 0;
    for (; count > 0; --count)
        at = text.find(',', at) + 1;
    return std::string(text.substr(0, at - 1));
}

// Values of the old RDN go when asked, values of the new one are added by entry::make.
std::vector<named_value> renamed_values(const entry& old, bool delete_old) {
    auto values = old.all();
    const auto parts = rdn_parts(old.dn());
    if (!delete_old || !parts)
        return values;
    std::erase_if(values, [&](const named_value& at) {
        return std::any_of(parts->begin(), parts->end(), [&](const name_part& part) {
            return equal_folded(part.type, at.name) && same_value(at.name, at.value, part.value);
        });
    });
    return values;
}

} // namespace

result<void> apply_rename(const record& change, const bases& owned, workspace& to) {
    const auto from = normalise_dn(change.dn);
    if (!from)
        return from.failure();
    const auto* old = to.find(*from);
    if (!old)
        return failure(WP_NOT_FOUND, "noSuchObject: there is no", change.dn);

    const auto* parent = to.find(parent_dn(*from));
    const std::string above = change.new_superior
                                  ? *change.new_superior
                                  : std::string(parent ? parent->dn() : parent_dn(*from));
    const auto target = above.empty() ? change.new_rdn : change.new_rdn + "," + above;
    const auto name = normalise_dn(target);
    if (!name)
        return name.failure();
    if (is_below(*name, *from))
        return failure(WP_INVALID, "unwillingToPerform: the new name is below", change.dn);
    if (*name != *from)
        if (auto ok = check_new(*name, owned, to); !ok)
            return ok;

    auto moved = entry::make(target, old->comment(), renamed_values(*old, change.delete_old_rdn));
    if (!moved)
        return moved.failure();
    const auto depth = dn_depth(*from);
    std::vector<entry> below;
    for (const auto& one : to.subtree(*from)) {
        if (one.normalised() == *from)
            continue;
        auto made = entry::make(first_rdns(one, dn_depth(one.normalised()) - depth) + "," + target,
                                one.comment(), one.all());
        if (!made)
            return made.failure();
        below.push_back(std::move(*made));
        to.erase(one.normalised());
    }
    to.erase(*from);
    to.put(std::move(*moved));
    for (auto& one : below)
        to.put(std::move(one));
    return {};
}

} // namespace waypost::ldif
