// SPDX-License-Identifier: Apache-2.0
#include "auth/login_name.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

namespace waypost::kernel::auth {

namespace {

constexpr int alias_limit = 8;

/// The domain itself, or what it is an alias of; empty: not hosted.
std::string canonical(const directory::reader& in, std::string name) {
    for (int i = 0; i < alias_limit; ++i) {
        const auto record = in.domain(name);
        if (!record.valid())
            return {};
        if (record.alias_of().empty())
            return name;
        name = record.alias_of();
    }
    return {};
}

/// "mail.abc.com" -> "abc.com", the nearest hosted domain at or above the host name.
std::string domain_of_host(const directory::reader& in, std::string_view host) {
    const auto folded = fold_domain(host);
    for (std::string_view rest = folded; !rest.empty();) {
        auto found = canonical(in, std::string(rest));
        if (!found.empty())
            return found;
        const auto dot = rest.find('.');
        rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    }
    return {};
}

} // namespace

login_name read_login_name(const directory::reader& in, std::string_view name,
                           std::string_view host_name, std::string_view default_domain) {
    const auto folded = fold(name);
    if (const auto at = folded.rfind('@'); at != std::string::npos)
        return {folded.substr(0, at), canonical(in, fold_domain(folded.substr(at + 1)))};

    // A compound uid: the rightmost separator counts as '@', where what follows is a domain that
    // has this separator.
    for (auto at = folded.find_last_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-");
         at != std::string::npos && at > 0;
         at = folded.find_last_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-", at - 1)) {
        auto domain = canonical(in, folded.substr(at + 1));
        if (!domain.empty() &&
            in.domain(domain).uid_separator() == std::string_view(folded).substr(at, 1))
            return {folded.substr(0, at), std::move(domain)};
    }
    auto domain = domain_of_host(in, host_name);
    if (domain.empty())
        domain = canonical(in, fold_domain(default_domain));
    return {folded, std::move(domain)};
}

} // namespace waypost::kernel::auth
