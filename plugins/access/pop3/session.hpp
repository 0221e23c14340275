// SPDX-License-Identifier: Apache-2.0
// One POP3 session (RFC 1939 s3): authorization, transaction, and the update that QUIT makes.
// commands/NAME.cpp holds what each command does; session.cpp what they share.
//
// A call into the host may answer at once or later; while it is later, or while a long answer is
// being sent, reading is paused: pipelined commands wait in the buffer (RFC 2449 s6.8).
#pragma once

#include "parse/command.hpp"
#include "state.hpp"

#include <waypost/net/completion.hpp>
#include <waypost/net/connection.hpp>
#include <waypost/net/line_reader.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waypost::pop3 {

/// *strand* of its connection.
class pop3_session final : public net::session {
public:
    /// `implicit_tls`: the listener is POP3S.
    pop3_session(net::connection& on, std::shared_ptr<service_state> state, bool implicit_tls);

    void on_open() override;
    std::size_t on_data(std::string_view input) override;
    void on_secured() override;
    void on_timeout() override;
    void on_sent() override;
    void on_drain() override;
    void on_closed(net::close_reason why) noexcept override;

private:
    enum class stage : std::uint8_t { authorization, sasl, transaction, update };
    using handler = void (pop3_session::*)(wp_status, const wp_error*);

    // session.cpp
    std::size_t take_line(std::string_view input);
    void handle(const command& next, std::size_t unconsumed);
    void handle_authorization(const command& next, std::size_t unconsumed);
    void handle_transaction(const command& next);
    void reply(std::string_view whole) { connection_.write(whole); }
    void refuse(std::string_view whole);
    void close_with(std::string_view last_words);
    /// A call that may answer later: pass arm(), then settle() with what the call returned.
    wp_done arm(handler then);
    void settle(wp_status status);
    void arrived(wp_status status, const wp_error* why);
    void restart_clock();
    bool is_busy() const noexcept { return completion_.is_armed() || transfer_ != nullptr; }
    void log(std::string_view what, std::string_view detail) const;

    // commands/login.cpp
    bool may_log_in() const noexcept;
    void user(std::string_view name);
    void pass(std::string_view secret);
    void auth(std::string_view argument);
    void sasl_response(std::string_view line);
    void log_in(std::unique_ptr<login_attempt> attempt);
    void logged_in(wp_status status, const wp_error* why);
    void opened(wp_status status, const wp_error* why);
    void looked(wp_status status, const wp_error* why);
    void login_failed(std::string_view whole, std::string_view what, const wp_error* why);
    // commands/connection.cpp
    void capa();
    void stls(std::size_t unconsumed);
    // commands/maildrop.cpp
    void stat();
    void list(std::string_view argument, transfer::kind what);
    void dele(std::string_view argument);
    void rset();
    std::optional<std::uint64_t> message(std::string_view argument);
    void put_line(std::string& out, std::uint64_t index, transfer::kind what) const;
    // commands/retrieve.cpp
    void retr(std::string_view argument);
    void top(std::string_view argument);
    void open_message(std::uint64_t index, std::optional<top_cutter> top);
    void message_opened(wp_status status, const wp_error* why);
    void pieces_read(wp_status status, const wp_error* why);
    void pump();
    bool read_pieces();
    bool send_pieces();
    void send_encoded(std::string_view piece);
    bool send_lines();
    void end_transfer(std::string_view last);
    // commands/quit.cpp
    void quit();
    void removed(wp_status status, const wp_error* why);

    net::connection& connection_;
    std::shared_ptr<service_state> state_;
    std::shared_ptr<const settings> settings_;
    net::line_reader lines_;
    stage stage_ = stage::authorization;
    bool is_implicit_tls_;
    bool is_starting_tls_ = false;
    bool is_draining_ = false;
    std::uint32_t errors_ = 0;
    std::string name_; // of USER
    std::unique_ptr<login_attempt> login_;
    std::unique_ptr<wp_credentials> credentials_; // borrowed by the call under way
    std::unique_ptr<maildrop> drop_;
    std::unique_ptr<transfer> transfer_;
    std::unique_ptr<removal> removal_;
    std::unique_ptr<wp_error> error_; // of the call under way
    net::completion completion_;
    handler then_ = nullptr;
};

} // namespace waypost::pop3
