// SPDX-License-Identifier: Apache-2.0
// The SMTP and LMTP channel. Inbound: listeners, io threads, and a session a connection; what a
// session hands in goes to wp.host.ingress. Outbound: jobs of the kernel, in client/.
#include "client/outbound.hpp"
#include "client/settings.hpp"
#include "description.hpp"
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
        const auto outgoing = client::read_settings(context_.config());
        if (!outgoing)
            return outgoing.failure();
        apply(*read);
        net::io_pool_options options;
        options.threads = static_cast<std::size_t>(context_.config().integer("threads"));
        options.name = context_.instance();
        options.on_fault = [log = context_.logger()](std::string_view what) {
            log.fault("smtp: a session failed", {{"what", what}});
        };
        pool_ = std::make_unique<net::io_pool>(std::move(options));
        pool_->start();
        auto outbound = std::make_shared<client::outbound>(
            context_.host(), context_.service<wp_host_jobs>(WP_HOST_JOBS),
            context_.service<wp_host_resolver>(WP_HOST_RESOLVER), context_.logger(), *pool_);
        outbound->set(*outgoing);
        std::atomic_store(&outbound_, std::move(outbound));
        for (const std::string_view endpoint : context_.config().list("listen"))
            if (auto opened = listen(endpoint); !opened)
                return opened;
        return {};
    }

    wp_status drain(std::chrono::steady_clock::time_point, wp_done done) {
        listeners_.clear();
        if (const auto outbound = std::atomic_load(&outbound_))
            outbound->drain();
        if (!pool_ || pool_->connections() == 0)
            return WP_OK;
        pool_->drain();
        pool_->when_empty([done] { done.fn(done.ctx, WP_OK, nullptr); }); // at the latest in stop()
        return WP_PENDING;
    }

    void stop() {
        listeners_.clear();
        if (pool_)
            pool_->stop(); // what sessions hold is reported
        std::atomic_store(&outbound_, std::shared_ptr<client::outbound>());
        pool_.reset();
    }

    /// New sessions get the new values; certificates and limits with them.
    result<void> reconfigure(config_view values) {
        auto read = read_settings(values);
        if (!read)
            return read.failure();
        const auto outgoing = client::read_settings(values);
        if (!outgoing)
            return outgoing.failure();
        apply(*read);
        if (const auto outbound = std::atomic_load(&outbound_))
            outbound->set(*outgoing);
        return {};
    }

    const void* facet(std::string_view id) {
        static const wp_channel out{sizeof(wp_channel), 0, &smtp_channel::deliver, nullptr};
        return id == WP_CHANNEL ? &out : nullptr;
    }

private:
    /// [worker]
    static wp_status deliver(void* self, wp_job* job, wp_error* why, wp_done done) {
        return guard(why, [&] {
            const auto outbound = std::atomic_load(&static_cast<smtp_channel*>(self)->outbound_);
            if (!outbound)
                return fill_error(why, WP_STOPPING, "the smtp channel does not run");
            return outbound->deliver(job, done);
        });
    }

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
    std::shared_ptr<client::outbound> outbound_; // atomic: jobs come on any worker
};

} // namespace
} // namespace waypost::smtp

WAYPOST_PLUGIN(waypost::smtp::smtp_channel, = waypost::smtp::description);
