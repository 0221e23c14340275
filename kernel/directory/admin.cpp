// SPDX-License-Identifier: Apache-2.0
// Writes to the backend that owns an entry.
#include "directory/admin.hpp"

#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"

#include <waypost/dn.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

/// One attribute with borrowed values.
class shown_values {
public:
    shown_values(const std::string& name, const std::vector<std::string>& values) {
        for (const auto& value : values)
            values_.push_back(to_abi(value));
        attribute_ = {to_abi(name), values_.data(), values_.size()};
    }
    shown_values(shown_values&&) = default; // a moved vector keeps its place
    const wp_attribute& get() const noexcept { return attribute_; }

private:
    std::vector<wp_str> values_;
    wp_attribute attribute_{};
};

} // namespace

admin::admin(const cache& of, const backends& with, admin_settings settings)
    : cache_(of), backends_(with), settings_(std::move(settings)) {}

bool admin::may_touch(std::string_view normalised) const {
    for (const auto* root : {&settings_.dc_root, &settings_.organization_root}) {
        const auto base = normalise_dn(*root);
        if (base && is_within(normalised, *base))
            return true;
    }
    return false;
}

result<void> admin::write(const wp_write& what, const std::string& dn) {
    const auto normalised = normalise_dn(dn);
    if (!normalised)
        return normalised.failure();
    const auto* backend = backends_.owner_of(*normalised);
    if (!backend)
        return error{WP_NOT_FOUND, fmt::format("no directory backend owns {}", dn)};
    if (!backend->table->write)
        return error{WP_UNSUPPORTED,
                     fmt::format("directory backend {} cannot be written", backend->name)};
    wp_error why = empty_error();
    std::uint64_t applied = 0;
    const auto status = backend->table->write(backend->self, &what, 1, &applied, &why);
    if (status == WP_OK)
        return {};
    return error{status, fmt::format("directory backend {}: {}: {}", backend->name, dn,
                                     why.text[0] ? why.text : "the write was refused")};
}

result<void> admin::add_entry(const new_entry& item, written& counted) {
    const auto normalised = normalise_dn(item.dn);
    if (!normalised)
        return normalised.failure();
    // Never above the configured roots, whatever a name says.
    if (!may_touch(*normalised))
        return error{WP_DENIED, fmt::format("{} is outside the configured roots", item.dn)};
    if (cache_.read().entry(*normalised).valid())
        return {};
    std::vector<shown_values> shown;
    std::vector<wp_attribute> attributes;
    for (const auto& one : item.attributes)
        attributes.push_back(shown.emplace_back(one.name, one.values).get());
    wp_write add{};
    add.struct_size = sizeof add;
    add.kind = WP_WRITE_ADD;
    add.entry = {sizeof(wp_entry), 0, to_abi(item.dn), {}, attributes.data(), attributes.size()};
    auto done = write(add, item.dn);
    // There already, and the cache has not heard of it yet.
    if (!done && done.failure().status == WP_EXISTS)
        return {};
    if (done) {
        ++counted.entries;
        counted.added.push_back(item.dn);
    }
    return done;
}

result<void> admin::modify(const std::string& dn, const std::vector<attribute_change>& changes) {
    std::vector<shown_values> shown;
    std::vector<wp_modification> modifications;
    for (const auto& change : changes) {
        const auto kind = change.what == attribute_change::kind::add      ? WP_MOD_ADD
                          : change.what == attribute_change::kind::remove ? WP_MOD_DELETE
                                                                          : WP_MOD_REPLACE;
        modifications.push_back({kind, 0, shown.emplace_back(change.name, change.values).get()});
    }
    wp_write what{};
    what.struct_size = sizeof what;
    what.kind = WP_WRITE_MODIFY;
    what.entry.struct_size = sizeof what.entry;
    what.entry.dn = to_abi(dn);
    what.modifications = modifications.data();
    what.modification_count = modifications.size();
    return write(what, dn);
}

result<void> admin::remove_entry(const std::string& dn) {
    wp_write what{};
    what.struct_size = sizeof what;
    what.kind = WP_WRITE_DELETE;
    what.entry.struct_size = sizeof what.entry;
    what.entry.dn = to_abi(dn);
    auto done = write(what, dn);
    if (!done && done.failure().status == WP_NOT_FOUND)
        return {};
    return done;
}

} // namespace waypost::kernel::directory
