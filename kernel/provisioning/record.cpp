// SPDX-License-Identifier: Apache-2.0
#include "provisioning/record.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace waypost::kernel::provisioning {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 9> states = {"planned",     "entries",  "dns",
                                                    "tables",      "verified", "removing",
                                                    "withdrawing", "proposed", "rejected"};
constexpr std::array<std::string_view, 3> origins = {"command", "directory", "message"};

template <class Enum, std::size_t Size>
Enum value_of(const std::array<std::string_view, Size>& names, const std::string& name) {
    for (std::size_t i = 0; i < Size; ++i)
        if (names[i] == name)
            return static_cast<Enum>(i);
    throw std::invalid_argument("unknown word " + name);
}

json rows_of(const std::vector<dns_record>& from) {
    json out = json::array();
    for (const auto& one : from)
        out.push_back({one.owner, one.type, one.data, one.ttl_seconds});
    return out;
}

std::vector<dns_record> records_of(const json& from) {
    std::vector<dns_record> out;
    for (const auto& row : from)
        out.push_back({row.at(0), row.at(1), row.at(2), row.at(3)});
    return out;
}

} // namespace

std::string_view name_of(progress step) noexcept {
    return states[static_cast<std::size_t>(step)];
}

std::string_view name_of(origin from) noexcept {
    return origins[static_cast<std::size_t>(from)];
}

std::string encode(const domain_record& from) {
    return json{{"state", name_of(from.state)},
                {"origin", name_of(from.from)},
                {"asked_by", from.asked_by},
                {"problem", from.problem},
                {"wanted", from.wanted},
                {"entries", from.entries},
                {"records", rows_of(from.records)},
                {"to_publish", rows_of(from.to_publish)},
                {"zone_created", from.zone_created},
                {"created_ns", from.created_ns}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<domain_record> decode(std::string_view domain, std::string_view text) {
    try {
        const auto in = json::parse(text);
        domain_record out;
        out.domain = domain;
        out.state = value_of<progress>(states, in.at("state"));
        out.from = value_of<origin>(origins, in.at("origin"));
        out.asked_by = in.at("asked_by");
        out.problem = in.at("problem");
        out.wanted = in.at("wanted").get<attribute_list>();
        out.entries = in.at("entries").get<std::vector<std::string>>();
        out.records = records_of(in.at("records"));
        out.to_publish = records_of(in.at("to_publish"));
        out.zone_created = in.at("zone_created");
        out.created_ns = in.at("created_ns");
        return out;
    } catch (const std::exception& broken) {
        return error{WP_BUG, fmt::format("the record of domain {} cannot be read: {}", domain,
                                         broken.what())};
    }
}

} // namespace waypost::kernel::provisioning
