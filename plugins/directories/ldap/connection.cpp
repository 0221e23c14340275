// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "referral.hpp"

#include <algorithm>
#include <utility>

namespace waypost::ldap {
namespace {

timeval to_timeval(clock::duration time) {
    const auto all = std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::microseconds>(time).count());
    return {static_cast<time_t>(all / 1000000), static_cast<suseconds_t>(all % 1000000)};
}

/// Referred to another server, libldap would be nobody there: only servers that the operator named
/// get the credentials (and none of them over a connection of lesser security).
int rebind(LDAP* handle, const char* url, ber_tag_t, ber_int_t, void* with) {
    const auto& known = *static_cast<const settings*>(with);
    const std::string to(url);
    for (const auto& server : known.servers)
        if (is_of_server(to, server) && !known.external && !known.start_tls) {
            auto secret = to_berval(known.bind_password);
            return ldap_sasl_bind_s(handle, known.bind_dn.c_str(), LDAP_SASL_SIMPLE, &secret,
                                    nullptr, nullptr, nullptr);
        }
    berval none{};
    return ldap_sasl_bind_s(handle, "", LDAP_SASL_SIMPLE, &none, nullptr, nullptr, nullptr);
}

} // namespace

result<connection> connection::open(const settings& with, const std::string& server, identity as) {
    LDAP* raw = nullptr;
    if (const int code = ldap_initialize(&raw, server.c_str()))
        return failure_of(code, server);
    connection out{owned<LDAP>(raw), server, with};
    if (auto set = out.set_options(); !set)
        return set.failure();
    if (auto safe = out.secure(); !safe)
        return safe.failure();
    if (auto bound = out.become(as); !bound)
        return bound.failure();
    return out;
}

error connection::failed(int code, std::string_view doing, std::string_view diagnostic) {
    lost_ = lost_ || is_lost(code);
    return failure_of(code, server_ + ": " + std::string(doing), diagnostic);
}

result<void> connection::set_options() {
    auto* of = handle_.get();
    const int version = LDAP_VERSION3;
    const auto patience = to_timeval(settings_->timeout);
    int code = ldap_set_option(of, LDAP_OPT_PROTOCOL_VERSION, &version);
    code |= ldap_set_option(of, LDAP_OPT_NETWORK_TIMEOUT, &patience);
    code |= ldap_set_option(of, LDAP_OPT_TIMEOUT, &patience);
    const int hops = settings_->referrals;
    code |= ldap_set_option(of, LDAP_OPT_REFERRALS, hops > 0 ? LDAP_OPT_ON : LDAP_OPT_OFF);
    if (hops > 0) {
        // No way to read the limit's field in 2.5 other than this option.
        code |= ldap_set_option(of, LDAP_OPT_REFHOPLIMIT, &hops);
        code |= ldap_set_rebind_proc(of, rebind, const_cast<settings*>(settings_));
    }
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int tls12 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    code |= ldap_set_option(of, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    code |= ldap_set_option(of, LDAP_OPT_X_TLS_PROTOCOL_MIN, &tls12);
    const std::pair<int, const std::string&> files[] = {
        {LDAP_OPT_X_TLS_CACERTFILE, settings_->ca_file},
        {LDAP_OPT_X_TLS_CERTFILE, settings_->certificate},
        {LDAP_OPT_X_TLS_KEYFILE, settings_->key}};
    for (const auto& [option, path] : files)
        if (!path.empty())
            code |= ldap_set_option(of, option, path.c_str());
    const int client = 0;
    if (code == LDAP_OPT_SUCCESS &&
        ldap_set_option(of, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS)
        return error{WP_INVALID, server_ + ": the TLS files (ca_file, certificate, key) are "
                                           "unusable"};
    return code == LDAP_OPT_SUCCESS ? result<void>() : failed(LDAP_PARAM_ERROR, "options");
}

result<void> connection::secure() {
    if (!settings_->start_tls || !server_.starts_with("ldap://"))
        return {};
    const int code = ldap_start_tls_s(handle_.get(), nullptr, nullptr);
    if (code == LDAP_SUCCESS)
        return {};
    owned<char> said;
    char* raw = nullptr;
    ldap_get_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &raw);
    said.reset(raw);
    return failed(code, "StartTLS", said ? said.get() : "");
}

result<void> connection::become(identity as) {
    if (as == identity::service && settings_->external) {
        berval none{};
        int id = 0;
        const int code =
            ldap_sasl_bind(handle_.get(), nullptr, "EXTERNAL", &none, nullptr, nullptr, &id);
        auto got = answer(code, id, "SASL EXTERNAL");
        if (!got)
            return got.failure();
        const auto said = outcome_of(got->get());
        return said.code == LDAP_SUCCESS ? result<void>()
                                         : failed(said.code, "SASL EXTERNAL", said.diagnostic);
    }
    return as == identity::service ? bind(settings_->bind_dn, settings_->bind_password)
                                   : bind({}, {});
}

result<void> connection::bind(std::string_view dn, std::string_view password) {
    const std::string name(dn);
    auto secret = to_berval(password);
    int id = 0;
    const int code = ldap_sasl_bind(handle_.get(), name.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr,
                                    nullptr, &id);
    auto got = answer(code, id, "bind");
    if (!got)
        return got.failure();
    const auto said = outcome_of(got->get());
    if (said.code == LDAP_SUCCESS)
        return {};
    return failed(said.code, "bind", said.diagnostic);
}

int connection::socket() const noexcept {
    int out = -1;
    ldap_get_option(handle_.get(), LDAP_OPT_DESC, &out);
    return out;
}

connection::outcome connection::outcome_of(LDAPMessage* from) const {
    outcome out;
    char* said = nullptr;
    LDAPControl** controls = nullptr;
    const int code =
        ldap_parse_result(handle_.get(), from, &out.code, nullptr, &said, nullptr, &controls, 0);
    if (code != LDAP_SUCCESS)
        out.code = code;
    const owned<char> text(said);
    out.diagnostic = said == nullptr ? "" : said;
    out.controls.reset(controls);
    return out;
}

result<message> connection::answer(int code, int id, std::string_view doing) {
    if (code != LDAP_SUCCESS)
        return failed(code, doing);
    LDAPMessage* raw = nullptr;
    auto patience = to_timeval(settings_->timeout);
    const int kind = ldap_result(handle_.get(), id, LDAP_MSG_ALL, &patience, &raw);
    message got(raw);
    if (kind > 0)
        return got;
    if (kind == 0) {
        abandon(id);
        return failed(LDAP_TIMEOUT, doing);
    }
    int why = LDAP_SERVER_DOWN;
    ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &why);
    return failed(why < 0 ? why : LDAP_SERVER_DOWN, doing);
}

result<message> connection::next(clock::duration patience) {
    LDAPMessage* raw = nullptr;
    auto time = to_timeval(patience);
    const int kind = ldap_result(handle_.get(), LDAP_RES_ANY, LDAP_MSG_ONE, &time, &raw);
    message got(raw);
    if (kind >= 0)
        return got;
    return failed(LDAP_SERVER_DOWN, "reading");
}

void connection::abandon(int id) noexcept {
    ldap_abandon_ext(handle_.get(), id, nullptr, nullptr);
}

result<void> connection::begin_search(const search& wanted, LDAPControl** controls, int& id) {
    const int code = ldap_search_ext(
        handle_.get(), wanted.base.c_str(), wanted.scope, wanted.filter.c_str(),
        wanted.attributes.empty() ? nullptr : const_cast<char**>(wanted.attributes.data()), 0,
        controls, nullptr, nullptr, wanted.most, &id);
    return code == LDAP_SUCCESS ? result<void>() : failed(code, "search");
}

result<void> connection::each(const search& wanted, int page_size, const visitor& visit) {
    berval cookie{};
    result<void> out;
    do {
        out = page(wanted, page_size, cookie, visit);
    } while (out && cookie.bv_len > 0);
    ber_memfree(cookie.bv_val);
    return out;
}

result<void> connection::page(const search& wanted, int size, berval& cookie,
                              const visitor& visit) {
    LDAPControl* paging = nullptr;
    if (size > 0)
        if (const int code = ldap_create_page_control(handle_.get(), size, &cookie, 0, &paging))
            return failed(code, "page control");
    const owned<LDAPControl> kept(paging);
    ber_memfree(std::exchange(cookie, {}).bv_val);
    LDAPControl* controls[] = {paging, nullptr};
    int id = 0;
    if (auto begun = begin_search(wanted, controls, id); !begun)
        return begun;
    for (;;) {
        auto got = next(settings_->timeout);
        if (!got)
            return got.failure();
        if (!*got) {
            abandon(id);
            return failed(LDAP_TIMEOUT, "search");
        }
        const int kind = ldap_msgtype(got->get());
        if (kind == LDAP_RES_SEARCH_ENTRY) {
            if (auto fine = visit(*std::move(got)); !fine) {
                abandon(id);
                return fine;
            }
            continue;
        }
        if (kind != LDAP_RES_SEARCH_RESULT)
            continue; // references that were not followed
        const auto said = outcome_of(got->get());
        if (said.code != LDAP_SUCCESS)
            return failed(said.code, "search below " + wanted.base, said.diagnostic);
        auto* back = said.controls ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS,
                                                       said.controls.get(), nullptr)
                                   : nullptr;
        if (back != nullptr) {
            ber_int_t estimate = 0;
            ldap_parse_pageresponse_control(handle_.get(), back, &estimate, &cookie);
        }
        return {};
    }
}

} // namespace waypost::ldap
