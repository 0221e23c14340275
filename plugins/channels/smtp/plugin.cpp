// SPDX-License-Identifier: Apache-2.0
// The inbound SMTP and LMTP channel: listeners, io threads, and a session a connection. What a
// session hands in goes to wp.host.ingress.
#include "replies.hpp"
#include "session.hpp"

#include <waypost/net/io_pool.hpp>
#include <waypost/net/listener.hpp>
#include <waypost/plugin.hpp>

#include <memory>
#include <string>
#include <vector>

namespace waypost::smtp {
namespace {

/// *control strand*
class smtp_channel {
public:
    explicit smtp_channel(context with)
        : context_(std::move(with)),
          state_(std::make_shared<channel_state>(context_.host(),
                                                 context_.service<wp_host_ingress>(WP_HOST_INGRESS),
                                                 context_.logger())) {}

    result<void> start() {
        auto read = read_settings(context_.config());
        if (!read)
            return read.failure();
        apply(*read);
        net::io_pool_options options;
        options.threads = static_cast<std::size_t>(context_.config().integer("threads"));
        options.name = context_.instance();
        options.on_fault = [log = context_.logger()](std::string_view what) {
            log.fault("smtp: a session failed", {{"what", what}});
        };
        pool_ = std::make_unique<net::io_pool>(std::move(options));
        pool_->start();
        for (const std::string_view endpoint : context_.config().list("listen"))
            if (auto opened = listen(endpoint); !opened)
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

    /// New sessions get the new values; certificates and limits with them.
    result<void> reconfigure(config_view values) {
        auto read = read_settings(values);
        if (!read)
            return read.failure();
        apply(*read);
        return {};
    }

    const void* facet(std::string_view) { return nullptr; }

private:
    void apply(const std::shared_ptr<const settings>& next) {
        state_->set(next);
        if (!limits_)
            limits_ = std::make_shared<net::admission>(next->max_connections,
                                                       next->max_connections_per_address);
        else
            limits_->set_limits(next->max_connections, next->max_connections_per_address);
    }

    result<void> listen(std::string_view endpoint) {
        const auto fd = context_.listen(endpoint);
        if (!fd)
            return fd.failure();
        net::listener_options options;
        options.limits = limits_;
        options.make_session = [state = state_](net::connection& on) {
            return std::make_unique<smtp_session>(on, state);
        };
        options.on_refused = [log = context_.logger()](const net::address& peer,
                                                       net::admission::verdict why) {
            log.notice("smtp: too many connections", {{"peer", peer.text()}});
            return std::string(why == net::admission::verdict::too_many_from_address
                                   ? replies::too_many_from_you
                                   : replies::too_many_connections);
        };
        options.on_accept_error = [log = context_.logger()](int number) {
            log.error("smtp: cannot accept connections; trying again in 100 ms. Raise the limit of "
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
    std::shared_ptr<channel_state> state_;
    std::shared_ptr<net::admission> limits_;
    std::unique_ptr<net::io_pool> pool_;
    std::vector<std::unique_ptr<net::listener>> listeners_;
};

constexpr std::int64_t second = 1'000'000'000;

} // namespace
} // namespace waypost::smtp

using waypost::smtp::second;
using waypost::smtp::smtp_channel;

WAYPOST_PLUGIN(
    smtp_channel,
    {.id = "org.waypost.smtp",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Takes mail in by SMTP and LMTP",
     .needs = {WP_HOST_INGRESS, WP_HOST_LISTEN, WP_HOST_CONFIG},
     .config = {
         {.name = "listen",
          .type = WP_CONFIG_LIST,
          .fallback = "*:25",
          .help =
              "Endpoints: \"127.0.0.1:25\", \"[::1]:25\", \"*:25\", \"unix:/run/waypost/lmtp\"."},
         {.name = "protocol",
          .type = WP_CONFIG_TEXT,
          .fallback = "smtp",
          .help =
              "\"smtp\", or \"lmtp\" for final delivery with one reply a recipient (RFC 2033)."},
         {.name = "hostname",
          .type = WP_CONFIG_TEXT,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "=site.hostname",
          .help = "The name in the greeting and in Received: headers."},
         {.name = "banner",
          .type = WP_CONFIG_TEXT,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "Waypost",
          .help = "Text behind the host name in the greeting."},
         {.name = "tls_certificate",
          .type = WP_CONFIG_PATH,
          .flags = WP_CONFIG_RELOADABLE,
          .help = "PEM file: the certificate and its chain. With tls_key it switches STARTTLS on."},
         {.name = "tls_key",
          .type = WP_CONFIG_PATH,
          .flags = WP_CONFIG_RELOADABLE,
          .help = "PEM file: the key of tls_certificate."},
         {.name = "max_message_size",
          .type = WP_CONFIG_SIZE,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "=transfer.message_size_limit",
          .help = "Largest message in bytes (SIZE, RFC 1870).",
          .minimum = 65536,
          .maximum = 1LL << 40},
         {.name = "max_recipients",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "=transfer.max_recipients",
          .help =
              "Recipients of one message; more are answered 452, and the client sends them again.",
          .minimum = 100,
          .maximum = 100000},
         {.name = "max_errors",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "20",
          .help = "Bad commands and unknown recipients after which a connection is closed. 0: any "
                  "number.",
          .minimum = 0,
          .maximum = 1000000},
         {.name = "max_connections",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "10000",
          .help = "Connections at a time; more are answered 421. 0: any number.",
          .minimum = 0,
          .maximum = 10000000},
         {.name = "max_connections_per_address",
          .type = WP_CONFIG_INTEGER,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "0",
          .help = "Connections at a time from one IPv4 address or IPv6 /64 network. 0: any number.",
          .minimum = 0,
          .maximum = 10000000},
         {.name = "command_timeout",
          .type = WP_CONFIG_DURATION,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "5m",
          .help = "How long the next command may take (RFC 5321 s4.5.3.2.7).",
          .minimum = second,
          .maximum = 86400 * second},
         {.name = "data_timeout",
          .type = WP_CONFIG_DURATION,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "3m",
          .help = "How long the next block of a message may take (RFC 5321 s4.5.3.2.5).",
          .minimum = second,
          .maximum = 86400 * second},
         {.name = "threads",
          .type = WP_CONFIG_INTEGER,
          .fallback = "0",
          .help = "Threads for connections. 0: one per core.",
          .minimum = 0,
          .maximum = 1024},
     }});
