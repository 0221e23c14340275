// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::ldap {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

std::string uuid_octets(std::string_view text) {
    std::string out;
    if (text.size() != 36)
        return out;
    for (std::size_t at = 0; at < text.size();) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (text[at++] != '-')
                return {};
            continue;
        }
        const int high = digit(text[at]);
        const int low = digit(text[at + 1]);
        if (high < 0 || low < 0)
            return {};
        out += static_cast<char>(high << 4 | low);
        at += 2;
    }
    return out;
}

void entry_batch::item::set_uuid(std::string_view octets) noexcept {
    uuid_size = std::min(octets.size(), uuid.size());
    std::copy_n(octets.begin(), uuid_size, uuid.begin());
}

void entry_batch::take(item& into, const berval& name, berval* values) {
    arrays_.push_back(values);
    auto base = view(name);
    base = base.substr(0, base.find(';')); // options (RFC 4512 s2.5)
    if (values == nullptr || equal_folded(base, "userPassword"))
        return;
    if (equal_folded(base, "entryUUID")) {
        if (into.uuid_size == 0)
            into.set_uuid(uuid_octets(view(values[0])));
        return;
    }
    if (equal_folded(base, "entryCSN"))
        into.csn =
            view(values[0]); // stays an attribute: a change of the password shows in it alone
    if (equal_folded(base, "modifyTimestamp")) {
        if (const auto time = view(values[0]); time > newest_)
            newest_ = time;
        return;
    }
    append(into, base, values);
}

/// One attribute with other options before makes them one.
void entry_batch::append(const item& of, std::string_view name, const berval* values) {
    const auto first = values_.size();
    const auto begin = attributes_.begin() + static_cast<std::ptrdiff_t>(of.first_attribute);
    const auto known = std::find_if(begin, attributes_.end(),
                                    [&](const named& one) { return equal_folded(one.name, name); });
    const bool is_new = known == attributes_.end();
    if (!is_new)
        for (std::size_t i = 0; i < known->values; ++i)
            values_.push_back(values_[known->first_value + i]);
    for (; values->bv_val != nullptr; ++values) {
        values_.push_back(to_abi(view(*values)));
        bytes_ += values->bv_len;
    }
    if (is_new)
        attributes_.push_back({name, first, values_.size() - first});
    else
        *known = {known->name, first, values_.size() - first};
}

bool entry_batch::add(message one, std::string_view uuid) {
    // In its place from the beginning: what is read halfway is let go with the rest.
    auto& made = items_.emplace_back();
    made.first_attribute = attributes_.size();
    if (ldap_get_dn_ber(handle_, one.get(), &made.element, &made.dn) != LDAP_SUCCESS)
        return false;
    made.held = std::move(one);
    made.set_uuid(uuid);
    bytes_ += made.dn.bv_len;
    for (;;) {
        berval name{};
        berval* values = nullptr;
        if (ldap_get_attribute_ber(handle_, made.held.get(), made.element, &name, &values) !=
            LDAP_SUCCESS) {
            ber_memfree(values);
            return false;
        }
        if (name.bv_val == nullptr)
            return true;
        take(made, name, values);
    }
}

const std::vector<wp_entry>& entry_batch::entries() {
    shown_.clear();
    for (const auto& one : attributes_)
        shown_.push_back({to_abi(one.name), values_.data() + one.first_value, one.values});
    out_.clear();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const auto& one = items_[i];
        const auto end = i + 1 < items_.size() ? items_[i + 1].first_attribute : shown_.size();
        out_.push_back({sizeof(wp_entry), 0, to_abi(view(one.dn)),
                        to_bytes({one.uuid.data(), one.uuid_size}),
                        shown_.data() + one.first_attribute, end - one.first_attribute});
    }
    return out_;
}

void entry_batch::clear() {
    for (auto* array : arrays_)
        ber_memfree(array);
    for (const auto& one : items_)
        if (one.element != nullptr)
            ber_free(one.element, 0);
    items_.clear();
    attributes_.clear();
    values_.clear();
    arrays_.clear();
    newest_.clear();
    bytes_ = 0;
}

} // namespace waypost::ldap
