// SPDX-License-Identifier: Apache-2.0
// org.waypost.mailbox: the channel that delivers into the message store.
#include "channel.hpp"

#include <waypost/plugin.hpp>

namespace waypost::mailbox {
namespace {

class plugin {
public:
    explicit plugin(const context& with) : channel_(with.host()) {
        channel_.set_delivered_to(with.config().boolean("delivered_to"));
    }
    result<void> start() { return {}; }
    void stop() {}
    result<void> reconfigure(config_view values) {
        channel_.set_delivered_to(values.boolean("delivered_to"));
        return {};
    }
    const void* facet(std::string_view id) {
        static const wp_channel out{sizeof(wp_channel), 0, &plugin::deliver, &plugin::stage};
        return id == WP_CHANNEL ? &out : nullptr;
    }

private:
    static wp_status deliver(void* self, wp_job* job, wp_error* why, wp_done done) {
        return guard(why,
                     [&] { return static_cast<plugin*>(self)->channel_.deliver(*job, why, done); });
    }
    static wp_status stage(void* self, wp_group* group, const wp_job* job, wp_error* results) {
        return guard(nullptr, [&] {
            return static_cast<plugin*>(self)->channel_.stage(group, *job, results);
        });
    }

    mailbox_channel channel_;
};

} // namespace
} // namespace waypost::mailbox

using waypost::mailbox::plugin;

WAYPOST_PLUGIN(
    plugin,
    {.id = "org.waypost.mailbox",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Delivers into mailboxes of the message store",
     .provides = {WP_CHANNEL},
     .needs = {WP_HOST_STORE, WP_HOST_JOBS},
     .config = {
         {.name = "delivered_to",
          .type = WP_CONFIG_BOOLEAN,
          .flags = WP_CONFIG_RELOADABLE,
          .fallback = "false",
          .help = "Writes a \"Delivered-To:\" line with the account before each message."}}});
