// SPDX-License-Identifier: Apache-2.0
// USER, PASS (RFC 1939 s7) and AUTH PLAIN (RFC 5034): the kernel decides who may log in, then the
// inbox is locked and looked at once. Refusals say what a client needs to know: [AUTH], [SYS/TEMP],
// [IN-USE] (RFC 3206, 2449).
#include "parse/plain.hpp"
#include "replies.hpp"
#include "session.hpp"

namespace waypost::pop3 {
namespace {

constexpr std::size_t sasl_line = 12 * 1024; // RFC 5034 s4: longer than commands

} // namespace

/// A password travels encrypted, within this machine, or as the operator allowed.
bool pop3_session::may_log_in() const noexcept {
    const net::address& peer = connection_.remote();
    return connection_.is_secure() || settings_->allow_plaintext || peer.is_loopback() ||
           peer.kind() == net::address::family::none;
}

void pop3_session::user(std::string_view name) {
    if (!may_log_in())
        return refuse(replies::needs_tls);
    if (name.empty())
        return refuse(replies::syntax);
    name_ = name;
    reply(replies::send_password); // for any name: nothing leaks
}

void pop3_session::pass(std::string_view secret) {
    if (name_.empty())
        return refuse(replies::user_first);
    auto attempt = std::make_unique<login_attempt>();
    attempt->name.swap(name_);
    attempt->secret = secret;
    log_in(std::move(attempt));
}

void pop3_session::auth(std::string_view argument) {
    if (argument.empty()) { // older than RFC 5034, and still asked
        reply(may_log_in() ? "+OK\r\nPLAIN\r\n.\r\n" : "+OK\r\n.\r\n");
        return;
    }
    const std::size_t space = argument.find(' ');
    const std::string_view mechanism = argument.substr(0, space);
    const bool plain = mechanism.size() == 5 && (mechanism[0] | 0x20) == 'p' &&
                       (mechanism[1] | 0x20) == 'l' && (mechanism[2] | 0x20) == 'a' &&
                       (mechanism[3] | 0x20) == 'i' && (mechanism[4] | 0x20) == 'n';
    if (!plain)
        return refuse(replies::no_mechanism);
    if (!may_log_in())
        return refuse(replies::needs_tls);
    if (space != std::string_view::npos)
        return sasl_response(argument.substr(space + 1));
    stage_ = stage::sasl;
    lines_.set_limit(sasl_line);
    reply(replies::go_on);
}

void pop3_session::sasl_response(std::string_view line) {
    stage_ = stage::authorization;
    lines_.set_limit(settings_->max_line);
    if (line == "*")
        return refuse(replies::cancelled);
    auto response = parse_plain(line);
    if (!response)
        return refuse(replies::bad_response);
    auto attempt = std::make_unique<login_attempt>();
    attempt->authorize.swap(response->authorize);
    attempt->name.swap(response->name);
    attempt->secret.swap(response->secret);
    log_in(std::move(attempt));
}

void pop3_session::log_in(std::unique_ptr<login_attempt> attempt) {
    login_ = std::move(attempt);
    login_->client = connection_.remote().text();
    if (connection_.is_secure())
        login_->host_name = connection_.tls().server_name;
    drop_ = std::make_unique<maildrop>(*state_);
    wp_credentials who{};
    who.struct_size = sizeof who;
    who.flags = connection_.is_secure() ? WP_CLIENT_TLS : 0;
    who.service = to_abi(is_implicit_tls_ ? "pop3s" : "pop3");
    who.client = to_abi(login_->client);
    who.host_name = to_abi(login_->host_name);
    who.mechanism = to_abi("PLAIN");
    who.name = to_abi(login_->name);
    who.authorize = to_abi(login_->authorize);
    who.secret = to_abi(login_->secret);
    credentials_ = std::make_unique<wp_credentials>(who);
    const wp_done done = arm(&pop3_session::logged_in);
    settle(state_->auth->login(state_->host, credentials_.get(), &drop_->principal, error_.get(),
                               done));
}

void pop3_session::logged_in(wp_status status, const wp_error* why) {
    credentials_.reset();
    login_.reset(); // wipes the secret
    if (status == WP_DENIED)
        return login_failed(replies::login_refused, "login refused", why);
    if (status != WP_OK)
        return login_failed(replies::login_later, "login not possible now", why);
    if (!connection_.is_open())
        return;
    wp_error refused = empty_error();
    if (state_->stores->of(state_->host, drop_->principal, &drop_->store, &drop_->store_self,
                           &refused) != WP_OK)
        return login_failed(replies::mailbox_later, "no store", &refused);
    const wp_done done = arm(&pop3_session::opened);
    settle(drop_->store->open(drop_->store_self, drop_->principal, to_abi("INBOX"),
                              WP_OPEN_EXCLUSIVE, &drop_->mailbox, error_.get(), done));
}

void pop3_session::opened(wp_status status, const wp_error* why) {
    if (status == WP_BUSY)
        return login_failed(replies::in_use, "mailbox in use", why);
    if (status == WP_NOT_FOUND || status == WP_DENIED || status == WP_PERMFAIL ||
        status == WP_UNSUPPORTED)
        return login_failed(replies::no_mailbox, "no mailbox", why);
    if (status != WP_OK)
        return login_failed(replies::mailbox_later, "mailbox cannot be opened", why);
    if (!connection_.is_open())
        return;
    const wp_done done = arm(&pop3_session::looked);
    settle(drop_->store->snapshot(drop_->store_self, drop_->mailbox, &drop_->snapshot, error_.get(),
                                  done));
}

void pop3_session::looked(wp_status status, const wp_error* why) {
    if (status != WP_OK)
        return login_failed(replies::mailbox_later, "mailbox cannot be read", why);
    stage_ = stage::transaction;
    errors_ = 0;
    restart_clock();
    reply(replies::logged_in);
}

void pop3_session::login_failed(std::string_view whole, std::string_view what,
                                const wp_error* why) {
    drop_.reset();
    log(what, why != nullptr ? std::string_view(why->text) : std::string_view());
    refuse(whole);
}

} // namespace waypost::pop3
