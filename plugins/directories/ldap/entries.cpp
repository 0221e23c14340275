// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <utility>

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

entry_batch::item::item(item&& other) noexcept
    : held(std::move(other.held)), element(std::exchange(other.element, nullptr)), dn(other.dn),
      uuid(std::move(other.uuid)), csn(other.csn), arrays(std::exchange(other.arrays, {})),
      attributes(std::move(other.attributes)), shown(std::move(other.shown)) {}

entry_batch::item::~item() {
    if (element != nullptr)
        ber_free(element, 0); // its bytes are the message's
    for (auto* array : arrays)
        ber_memfree(array);
}

void entry_batch::take(item& into, const berval& name, berval* values) {
    into.arrays.push_back(values);
    auto base = view(name);
    base = base.substr(0, base.find(';')); // options (RFC 4512 s2.5)
    if (values == nullptr || equal_folded(base, "userPassword"))
        return;
    if (equal_folded(base, "entryUUID")) {
        if (into.uuid.empty())
            into.uuid = uuid_octets(view(values[0]));
        return;
    }
    if (equal_folded(base, "entryCSN"))
        into.csn =
            view(values[0]); // stays an attribute: a change of the password shows in it alone
    if (equal_folded(base, "modifyTimestamp")) {
        newest_ = std::max(newest_, std::string(view(values[0])));
        return;
    }
    const auto known = std::find_if(into.attributes.begin(), into.attributes.end(),
                                    [&](const named& one) { return equal_folded(one.name, base); });
    auto& to = known == into.attributes.end() ? into.attributes.emplace_back() : *known;
    to.name = base;
    for (auto* value = values; value->bv_val != nullptr; ++value) {
        to.values.push_back(to_abi(view(*value)));
        bytes_ += value->bv_len;
    }
}

bool entry_batch::add(message one, std::string_view uuid) {
    item made;
    BerElement* raw = nullptr;
    if (ldap_get_dn_ber(handle_, one.get(), &raw, &made.dn) != LDAP_SUCCESS)
        return false;
    made.element = raw;
    made.held = std::move(one);
    made.uuid = uuid;
    bytes_ += made.dn.bv_len;
    for (;;) {
        berval name{};
        berval* values = nullptr;
        if (ldap_get_attribute_ber(handle_, made.held.get(), raw, &name, &values) != LDAP_SUCCESS) {
            ber_memfree(values);
            return false;
        }
        if (name.bv_val == nullptr)
            break;
        take(made, name, values);
    }
    items_.push_back(std::move(made));
    return true;
}

const std::vector<wp_entry>& entry_batch::entries() {
    out_.clear();
    for (auto& one : items_) {
        one.shown.clear();
        for (const auto& attribute : one.attributes)
            one.shown.push_back(
                {to_abi(attribute.name), attribute.values.data(), attribute.values.size()});
        out_.push_back({sizeof(wp_entry), 0, to_abi(view(one.dn)), to_bytes(one.uuid),
                        one.shown.data(), one.shown.size()});
    }
    return out_;
}

void entry_batch::clear() {
    items_.clear();
    newest_.clear();
    bytes_ = 0;
}

} // namespace waypost::ldap
