// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <waypost/secret.hpp>

#include <stdexcept>

namespace waypost::ldap {
namespace {

following following_of(std::string_view word) {
    if (word == "auto")
        return following::automatic;
    if (word == "syncrepl")
        return following::syncrepl;
    if (word == "times")
        return following::times;
    throw std::invalid_argument("key follow: 'auto', 'syncrepl' and 'times' are known");
}

std::chrono::milliseconds milliseconds_of(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

bool is_clear(std::string_view server) {
    return server.starts_with("ldap://");
}

void check(const settings& made) {
    if (made.servers.empty())
        throw std::invalid_argument("key servers: at least one is needed");
    if (made.bases.empty())
        throw std::invalid_argument("key bases: at least one is needed");
    for (const auto& server : made.servers)
        if (!is_clear(server) && !server.starts_with("ldaps://") && !server.starts_with("ldapi://"))
            throw std::invalid_argument("key servers: '" + server +
                                        "' does not start with ldap://, ldaps:// or ldapi://");
    if (made.external && !made.bind_dn.empty())
        throw std::invalid_argument("key bind_dn: SASL EXTERNAL takes no name");
    if (!made.bind_dn.empty() && made.bind_password.empty())
        throw std::invalid_argument("key bind_password_file: bind_dn needs a password");
}

} // namespace

settings settings_of(const config_view& values) {
    settings out;
    for (const auto one : values.list("servers"))
        out.servers.emplace_back(one);
    for (const auto one : values.list("bases"))
        out.bases.emplace_back(one);
    out.start_tls = values.boolean("start_tls");
    out.ca_file = values.path("ca_file");
    out.certificate = values.path("certificate");
    out.key = values.path("key");
    const auto method = values.text("bind");
    if (method != "simple" && method != "external")
        throw std::invalid_argument("key bind: 'simple' and 'external' are known");
    out.external = method == "external";
    out.bind_dn = values.text("bind_dn");
    if (const auto file = values.path("bind_password_file"); !file.empty())
        out.bind_password = secret_in_file("bind_password_file", file);
    out.follow = following_of(values.text("follow"));
    out.timeout = milliseconds_of(values.duration("timeout"));
    out.heartbeat = milliseconds_of(values.duration("heartbeat"));
    out.server_pause = milliseconds_of(values.duration("server_pause"));
    out.page_size = static_cast<int>(values.integer("page_size"));
    out.referrals = static_cast<int>(values.integer("referrals"));
    out.lookups = static_cast<std::size_t>(values.integer("lookup_connections"));
    out.logins = static_cast<std::size_t>(values.integer("login_connections"));
    out.refresh_limit = values.size("refresh_limit");
    check(out);
    return out;
}

} // namespace waypost::ldap
