// SPDX-License-Identifier: Apache-2.0
#include "directory/entry_record.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

namespace waypost::kernel::directory {

namespace {

bool is_secret(std::string_view name) noexcept {
    return equal_folded(name, "userPassword") || equal_folded(name, "mgrpAuthPassword") ||
           equal_folded(name, "sambaNTPassword");
}

} // namespace

std::size_t entry_view::find(std::string_view attribute) const noexcept {
    for (std::size_t i = 0; i < attributes(); ++i)
        if (equal_folded(name(i), attribute))
            return i;
    return none;
}

std::string_view entry_view::first_value(std::string_view attribute) const noexcept {
    const auto at = find(attribute);
    return at == none || values(at) == 0 ? std::string_view{} : value(at, 0);
}

std::vector<std::string_view> entry_view::all_values(std::string_view attribute) const {
    std::vector<std::string_view> out;
    const auto at = find(attribute);
    if (at == none)
        return out;
    for (std::size_t i = 0; i < values(at); ++i)
        out.push_back(value(at, i));
    return out;
}

bool entry_view::has(std::string_view attribute, std::string_view wanted) const noexcept {
    const auto at = find(attribute);
    if (at == none)
        return false;
    for (std::size_t i = 0; i < values(at); ++i)
        if (equal_folded(value(at, i), wanted))
            return true;
    return false;
}

result<std::string> encode_entry(const wp_entry& entry, std::uint16_t backend,
                                 std::int64_t sequence) {
    auto normalised = normalise_dn(view(entry.dn));
    if (!normalised)
        return normalised.failure();
    if (normalised->empty())
        return error{WP_INVALID, "an entry needs a DN"};
    flat_writer out;
    out.number(backend);
    out.number(sequence);
    out.text(view(entry.dn));
    out.text(*normalised);
    out.text(view(entry.uuid));
    for (std::uint64_t i = 0; i < entry.attribute_count; ++i) {
        const auto& attribute = entry.attributes[i];
        if (is_secret(view(attribute.name)))
            continue;
        out.number(static_cast<std::int64_t>(out.texts() << 32 | attribute.value_count));
        out.text(view(attribute.name));
        for (std::uint64_t v = 0; v < attribute.value_count; ++v)
            out.text(view(attribute.values[v]));
    }
    return out.encode();
}

std::string restamp_entry(const entry_view& entry, std::uint16_t backend, std::int64_t sequence) {
    std::string out(entry.bytes());
    const std::int64_t stamps[2] = {backend, sequence};
    if (out.size() >= 32)
        std::memcpy(out.data() + 16, stamps, sizeof stamps);
    return out;
}

bool is_same_entry(const entry_view& a, const entry_view& b) noexcept {
    constexpr std::size_t sequence_end = 32; // header, backend, sequence
    return !a.first_value("entryCSN").empty() && a.valid() && b.valid() &&
           a.backend() == b.backend() && a.bytes().substr(0, 16) == b.bytes().substr(0, 16) &&
           a.bytes().substr(sequence_end) == b.bytes().substr(sequence_end);
}

bool is_list(const entry_view& entry) noexcept {
    for (const auto* name : {"inetMailGroup", "groupOfUniqueNames", "groupOfNames", "mailGroup"})
        if (entry.is_a(name))
            return true;
    return false;
}

void entry_batch::clear() {
    spans_.clear();
    attributes_.clear();
    first_value_.clear();
    values_.clear();
}

void entry_batch::add(const entry_view& entry) {
    spans_.push_back({entry, attributes_.size(), entry.attributes()});
    for (std::size_t a = 0; a < entry.attributes(); ++a) {
        first_value_.push_back(values_.size());
        attributes_.push_back({to_abi(entry.name(a)), nullptr, entry.values(a)});
        for (std::size_t v = 0; v < entry.values(a); ++v)
            values_.push_back(to_abi(entry.value(a, v)));
    }
}

void entry_batch::fill(wp_entry* out) const {
    shown_ = attributes_;
    for (std::size_t i = 0; i < shown_.size(); ++i)
        shown_[i].values = values_.data() + first_value_[i];
    const auto size = out->struct_size;
    auto* place = reinterpret_cast<unsigned char*>(out);
    for (const auto& one : spans_) {
        const wp_entry made{size,
                            0,
                            to_abi(one.entry.dn()),
                            to_bytes(one.entry.uuid()),
                            shown_.data() + one.first_attribute,
                            one.attributes};
        std::memcpy(place, &made, std::min<std::size_t>(size, sizeof made));
        place += size;
    }
}

} // namespace waypost::kernel::directory
