// SPDX-License-Identifier: Apache-2.0
// org.waypost.pop3: POP3 and POP3S listeners, io threads, and a session a connection.
#include "replies.hpp"
#include "session.hpp"

#include <waypost/net/io_pool.hpp>
#include <waypost/net/listener.hpp>
#include <waypost/plugin.hpp>

#include <memory>
#include <string>
#include <vector>

namespace waypost::pop3 {
namespace {

/// *control strand*
class pop3_service {
public:
    explicit pop3_service(context with)
        : context_(std::move(with)), state_(std::make_shared<service_state>(context_.host())) {}

    result<void> start() {
        if (auto applied = reconfigure(context_.config()); !applied)
            return applied;
        net::io_pool_options options;
        options.threads = static_cast<std::size_t>(context_.config().integer("threads"));
        options.name = context_.instance();
        options.on_fault = [log = context_.logger()](std::string_view what) {
            log.fault("pop3: a session failed", {{"what", what}});
        };
        pool_ = std::make_unique<net::io_pool>(std::move(options));
        pool_->start();
        for (const std::string_view endpoint : context_.config().list("listen"))
            if (auto opened = listen(endpoint, false); !opened)
                return opened;
        for (const std::string_view endpoint : context_.config().list("listen_tls"))
            if (auto opened = listen(endpoint, true); !opened)
                return opened;
        return {};
    }

    wp_status drain(std::chrono::steady_clock::time_point, wp_done done) {
        listeners_.clear();
        if (!pool_ || pool_->connections() == 0)
            return WP_OK;
        pool_->drain();
        pool_->when_empty([done] { done.fn(done.ctx, WP_OK, nullptr); }); // at the latest in stop()
        return WP_PENDING;
    }

    void stop() {
        listeners_.clear();
        pool_.reset();
    }

    /// New sessions get the new values.
    result<void> reconfigure(config_view values) {
        auto read = read_settings(values);
        if (!read)
            return read.failure();
        const auto& next = *read;
        state_->set(next);
        tls_->set(next->tls);
        if (!limits_)
            limits_ = std::make_shared<net::admission>(next->max_connections,
                                                       next->max_connections_per_address);
        else
            limits_->set_limits(next->max_connections, next->max_connections_per_address);
        return {};
    }

    const void* facet(std::string_view) { return nullptr; }

private:
    result<void> listen(std::string_view endpoint, bool implicit_tls) {
        const auto fd = context_.listen(endpoint);
        if (!fd)
            return fd.failure();
        net::listener_options options;
        options.limits = limits_;
        if (implicit_tls)
            options.implicit_tls = tls_;
        options.make_session = [state = state_, implicit_tls](net::connection& on) {
            return std::make_unique<pop3_session>(on, state, implicit_tls);
        };
        // Without a handshake no octet in the clear makes sense to a POP3S client.
        options.on_refused = [log = context_.logger(), implicit_tls](const net::address& peer,
                                                                     net::admission::verdict why) {
            log.notice("pop3: too many connections", {{"peer", peer.text()}});
            if (implicit_tls)
                return std::string();
            return std::string(why == net::admission::verdict::too_many_from_address
                                   ? replies::too_many_from_you
                                   : replies::too_many_connections);
        };
        options.on_accept_error = [log = context_.logger()](int number) {
            log.error("pop3: cannot accept connections; trying again in 100 ms. Raise the limit of "
                      "open files",
                      {{"errno", std::to_string(number)}});
        };
        auto made = net::listener::adopt(*pool_, *fd, std::move(options), listeners_.size());
        if (!made)
            return made.failure();
        listeners_.push_back(std::move(*made));
        return {};
    }

    context context_;
    std::shared_ptr<service_state> state_;
    std::shared_ptr<net::tls_slot> tls_ = std::make_shared<net::tls_slot>();
    std::shared_ptr<net::admission> limits_;
    std::unique_ptr<net::io_pool> pool_;
    std::vector<std::unique_ptr<net::listener>> listeners_;
};

constexpr std::int64_t second = 1'000'000'000;

} // namespace
} // namespace waypost::pop3

using waypost::pop3::pop3_service;
using waypost::pop3::second;

WAYPOST_PLUGIN(
    pop3_service,
    {.id = "org.waypost.pop3",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Lets mail clients fetch their inbox by POP3 and POP3S",
     .needs = {WP_HOST_AUTH, WP_HOST_STORE, WP_HOST_LISTEN, WP_HOST_CONFIG},
     .config = {
         {.name = "listen",
          .type = WP_CONFIG_LIST,
          .fallback = "*:110",
          .help = "Endpoints for POP3, with STLS when there is a certificate: \"*:110\", "
                  "\"127.0.0.1:110\"."},
         {.name = "listen_tls",
          .type = WP_CONFIG_LIST,
          .fallback = "",
          .help = "Endpoints for POP3S, TLS from the first octet: \"*:995\"."},
         {.name = "tls_certificate",
          .type = WP_CONFIG_PATH,
          .flags = WP_CONFIG_RELOADABLE,
          .help = "PEM file: the certificate and its chain. With tls_key it switches STLS and "
                  "POP3S on."},
         {.name = "tls_key",
          .type = WP_CONFIG_PATH,
          .flags = WP_CONFIG_RELOADABLE,
          .help = "PEM file: the key of tls_certificate."},
         {.name = "allow_plaintext",
          .type = WP_CONFIG_BOOLEAN,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "false",
          .help = "Takes passwords on connections without TLS too. Anyone on the way can read "
                  "them. Clients on "
                  "this machine (loopback, Unix sockets) are always allowed."},
         {.name = "banner",
          .type = WP_CONFIG_TEXT,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "Waypost POP3 ready",
          .help = "Text of the greeting."},
         {.name = "max_line",
          .type = WP_CONFIG_SIZE,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "1KiB",
          .help = "Longest command line with its CR LF (RFC 2449 s4 asks for 255 octets).",
          .minimum = 255,
          .maximum = 16384},
         {.name = "max_errors",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "10",
          .help =
              "Bad commands and refused logins after which a connection is closed. 0: any number.",
          .minimum = 0,
          .maximum = 1000000},
         {.name = "max_connections",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "10000",
          .help = "Connections at a time; more are refused. 0: any number.",
          .minimum = 0,
          .maximum = 10000000},
         {.name = "max_connections_per_address",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "0",
          .help = "Connections at a time from one IPv4 address or IPv6 /64 network. 0: any number.",
          .minimum = 0,
          .maximum = 10000000},
         {.name = "login_timeout",
          .type = WP_CONFIG_DURATION,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "2m",
          .help = "How long the next command may take before login.",
          .minimum = second,
          .maximum = 86400 * second},
         {.name = "idle_timeout",
          .type = WP_CONFIG_DURATION,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "10m",
          .help = "How long the next command may take after login; then the session ends and "
                  "removes nothing "
                  "(RFC 1939 s3: at least ten minutes).",
          .minimum = 600 * second,
          .maximum = 86400 * second},
         {.name = "threads",
          .type = WP_CONFIG_INTEGER,
          .fallback = "0",
          .help = "Threads for connections. 0: one per core.",
          .minimum = 0,
          .maximum = 1024},
     }});
