// SPDX-License-Identifier: Apache-2.0
// One SMTP or LMTP dialogue (RFC 5321 s3, RFC 2033). The file commands/NAME.cpp holds what each
// command does; this one and session.cpp hold what they share: input to commands, replies, waiting
// for the host, errors.
//
// A call into the host may answer at once or later. While it is later, reading is paused: pipelined
// commands wait in the buffer, other sessions go on.
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

namespace waypost::smtp {

/// *strand* of its connection.
class smtp_session final : public net::session {
public:
    smtp_session(net::connection& on, std::shared_ptr<channel_state> state);
    ~smtp_session() override;

    void on_open() override;
    std::size_t on_data(std::string_view input) override;
    void on_secured() override;
    void on_timeout() override;
    void on_drain() override;
    void on_closed(net::close_reason why) noexcept override;

private:
    // session.cpp
    std::size_t take_command(std::string_view input);
    void handle(const command& next, std::size_t unconsumed);
    void reply(std::string_view whole) { connection_.write(whole); }
    void reply_failure(wp_status status, const wp_error* why, std::string_view text);
    void reply_error(const error& why);
    /// A refusal that counts: too many of them end the session.
    void refuse(std::string_view whole);
    void count_error();
    bool is_utf8() const noexcept { return transaction_ && transaction_->smtputf8; }
    void close_with(std::string_view last_words);
    /// For a call that may answer later: its wp_done. Follow with wait() or completion_.disarm().
    wp_done arm(void (smtp_session::*then)(wp_status, const wp_error*));
    void wait();
    void end_wait();
    void drop_transaction() noexcept;
    std::string_view with_word() const;
    void log_refusal(std::string_view what) const;

    // commands/hello.cpp
    void hello(verb what, std::string_view name);
    // commands/mail.cpp
    void mail(std::string_view argument);
    bool is_trusted() const;
    wp_status open_transaction(const mail_command& asked, wp_done done);
    void opened(wp_status status, const wp_error* why);
    // commands/rcpt.cpp
    void rcpt(std::string_view argument);
    void recipient_judged(wp_status status, const wp_error* why);
    // commands/data.cpp
    void data(std::string_view argument);
    bool may_send_content();
    std::size_t take_content(std::string_view input);
    bool append_trace();
    bool append(std::string_view content);
    bool hand_in(std::string_view content);
    void room_made(wp_status status, const wp_error* why);
    void fail_content(std::string_view whole);
    void end_content();
    bool hand_in_rest();
    void committed(wp_status status, const wp_error* why);
    void reply_to_content(std::string_view whole);
    // commands/bdat.cpp
    void bdat(std::string_view argument);
    std::size_t take_chunk(std::string_view input);
    void end_chunk();
    // commands/starttls.cpp
    void starttls(std::string_view argument, std::size_t unconsumed);
    // commands/misc.cpp
    void rset(std::string_view argument);
    void quit();

    net::connection& connection_;
    std::shared_ptr<channel_state> state_;
    std::shared_ptr<const settings> settings_;
    net::line_reader lines_;
    stage stage_ = stage::fresh;
    bool is_extended_ = false; // EHLO or LHLO
    bool is_draining_ = false;
    bool is_starting_tls_ = false;
    std::uint32_t errors_ = 0;
    std::uint32_t messages_ = 0;
    std::uint64_t number_;
    std::string client_name_;
    std::unique_ptr<transaction> transaction_;
    net::completion completion_;
    void (smtp_session::*then_)(wp_status, const wp_error*) = nullptr;
};

} // namespace waypost::smtp
