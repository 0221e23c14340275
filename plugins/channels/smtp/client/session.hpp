// SPDX-License-Identifier: Apache-2.0
// One connection to a server, as its client. What is sent and what its replies mean is in
// commands/; here is what holds it together: replies in the order of commands (RFC 2920), time
// limits, the end.
#pragma once

#include "client/opening.hpp"
#include "client/outbound.hpp"
#include "client/state.hpp"
#include "parse/server_reply.hpp"

#include <waypost/net/connection.hpp>
#include <waypost/net/line_reader.hpp>

#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace waypost::smtp::client {

/// *strand*
class client_session final : public net::session {
public:
    client_session(net::connection& on, std::shared_ptr<opening> by);
    ~client_session() override;

    void on_open() override;
    std::size_t on_data(std::string_view input) override;
    void on_secured() override;
    void on_timeout() override;
    void on_sent() override;
    void on_drain() override;
    void on_closed(net::close_reason reason) noexcept override;

    /// Posted by the outbound: there may be something in the seat.
    static void woken(net::session& self, void*);

private:
    void handle(const server_reply& reply);
    void send(std::string_view line, step answered_by);

    // commands/hello.cpp
    void take_greeting(const server_reply& reply);
    void say_hello();
    void take_hello(const server_reply& reply);
    void take_helo(const server_reply& reply);
    void take_starttls(const server_reply& reply);
    void become_ready();

    // commands/envelope.cpp
    void begin(std::unique_ptr<delivery> what);
    bool can_carry();
    std::string mail_command() const;
    std::string rcpt_command(std::size_t row) const;
    void send_envelope();
    void take_mail(const server_reply& reply);
    void take_rcpt(const server_reply& reply, std::size_t row);
    void take_data(const server_reply& reply);

    // commands/content.cpp
    void send_content();
    void send_piece();
    void take_final(const server_reply& reply);

    // commands/end.cpp
    void end_delivery();
    void take_reset(const server_reply& reply);
    void rest();
    void quit();

    /// Before a delivery is ours: the opening tries elsewhere. Later: the delivery is reported.
    void give_up(error why, bool in_clear = false);
    void drop_delivery(const error& why);
    std::string remote_name() const;

    net::connection& connection_;
    std::shared_ptr<opening> opening_; // null once the server is ready
    std::shared_ptr<outbound> owner_;
    std::shared_ptr<const settings> with_;
    std::shared_ptr<seat> seat_;
    std::string host_;
    bool tries_tls_;

    net::line_reader lines_{max_server_line};
    reply_collector collector_;
    std::deque<expected> expected_;
    server_abilities peer_;
    std::size_t messages_ = 0;
    bool left_ = false; // the seat is given back
    bool quitting_ = false;
    dialogue state_;
};

} // namespace waypost::smtp::client
