// SPDX-License-Identifier: Apache-2.0
#include "client/settings.hpp"

#include "client/next_hop.hpp"
#include "parse/text.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::smtp::client {
namespace {

std::size_t count(const config_view& values, const char* key) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, values.integer(key)));
}

std::chrono::seconds seconds(const config_view& values, const char* key) {
    return std::chrono::ceil<std::chrono::seconds>(values.duration(key));
}

template <class Value>
result<Value> choose(const config_view& values, const char* key,
                     std::initializer_list<std::pair<std::string_view, Value>> choices) {
    const auto text = values.text(key);
    std::string valid;
    for (const auto& [word, value] : choices) {
        if (text == word)
            return value;
        valid.append(valid.empty() ? "\"" : ", \"").append(word).append("\"");
    }
    valid.append(", not \"").append(text).append("\"");
    return error(WP_INVALID, std::string(key).append(" must be one of ").append(valid));
}

result<void> read_tls(settings& out, const config_view& values) {
    const auto policy = choose<tls_policy>(values, "deliver_tls",
                                           {{"off", tls_policy::off},
                                            {"opportunistic", tls_policy::opportunistic},
                                            {"require", tls_policy::require}});
    if (!policy)
        return policy.failure();
    out.policy = *policy;
    if (out.policy == tls_policy::off)
        return {};
    auto made = net::tls_context::for_client(values.boolean("deliver_tls_verify"),
                                             values.path("deliver_tls_authorities"));
    if (!made)
        return made.failure();
    out.tls = *made;
    return {};
}

} // namespace

bool settings::is_ours(std::string_view host) const noexcept {
    return std::find(own_names.begin(), own_names.end(), host) != own_names.end();
}

result<std::shared_ptr<const settings>> read_settings(const config_view& values) {
    auto out = std::make_shared<settings>();
    const auto is_lmtp =
        choose<bool>(values, "deliver_protocol", {{"smtp", false}, {"lmtp", true}});
    if (!is_lmtp)
        return is_lmtp.failure();
    out->is_lmtp = *is_lmtp;
    const auto family = choose<families>(
        values, "address_family",
        {{"any", families::any}, {"ipv4", families::ipv4}, {"ipv6", families::ipv6}});
    if (!family)
        return family.failure();
    out->address_family = *family;
    out->hostname = values.text("hostname");
    out->own_names.push_back(fold(out->hostname));
    for (const std::string_view name : values.list("own_names"))
        out->own_names.push_back(fold(name));
    out->smart_host = values.text("smart_host");
    if (!out->smart_host.empty())
        if (auto parsed = parse_next_hop(out->smart_host); !parsed)
            return error(WP_INVALID, "smart_host: " + parsed.failure().text);
    out->port = static_cast<std::uint16_t>(values.integer("deliver_port"));
    if (auto read = read_tls(*out, values); !read)
        return read.failure();
    out->max_connections = count(values, "deliver_connections");
    out->max_connections_per_hop = count(values, "deliver_connections_per_hop");
    out->max_messages = count(values, "deliver_messages");
    out->idle_timeout = seconds(values, "deliver_idle_timeout");
    out->connect_timeout =
        std::chrono::ceil<std::chrono::milliseconds>(values.duration("connect_timeout"));
    out->command_timeout = seconds(values, "deliver_timeout");
    out->data_timeout = seconds(values, "deliver_data_timeout");
    out->final_timeout = seconds(values, "deliver_final_timeout");
    return std::shared_ptr<const settings>(std::move(out));
}

} // namespace waypost::smtp::client
