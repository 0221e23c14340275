// SPDX-License-Identifier: Apache-2.0
// org.waypost.unbound: answers DNS questions through libunbound, validated with DNSSEC.
#include "resolver.hpp"

#include <waypost/plugin.hpp>

namespace {

using namespace waypost;

/// *control strand*, but for resolve and release
class plugin {
public:
    explicit plugin(context with) : context_(std::move(with)) {}

    result<void> start() {
        const auto read = unbound::read_settings(context_.config());
        if (!read)
            return read.failure();
        auto opened = unbound::resolver::open(*read);
        if (!opened)
            return opened.failure();
        std::atomic_store(&resolver_, std::shared_ptr<unbound::resolver>(std::move(*opened)));
        return {};
    }
    wp_status drain(std::chrono::steady_clock::time_point, wp_done) { return WP_OK; }
    void stop() { std::atomic_store(&resolver_, std::shared_ptr<unbound::resolver>()); }

    const void* facet(std::string_view id) {
        static const wp_resolver out{sizeof(wp_resolver), 0, &plugin::resolve, &plugin::release};
        return id == WP_RESOLVER ? &out : nullptr;
    }

private:
    static wp_status resolve(void* self, wp_str name, wp_str type, std::int64_t deadline_ns,
                             const wp_answer** answer, wp_error* why, wp_done done) {
        return guard(why, [&] {
            const auto behind = std::atomic_load(&static_cast<plugin*>(self)->resolver_);
            return behind ? behind->resolve(view(name), view(type), deadline_ns, answer, why, done)
                          : fill_error(why, WP_STOPPING, "the resolver does not run");
        });
    }
    static void release(void*, const wp_answer* answer) { unbound::resolver::release(answer); }

    context context_;
    std::shared_ptr<unbound::resolver> resolver_; // atomic
};

constexpr std::int64_t second = 1'000'000'000;

} // namespace

WAYPOST_PLUGIN(
    plugin,
    {.id = "org.waypost.unbound",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Answers DNS questions, validated",
     .provides = {WP_RESOLVER},
     .needs = {WP_HOST_CONFIG},
     .config = {
         {.name = "forward",
          .type = WP_CONFIG_LIST,
          .fallback = "",
          .help = "Servers that are asked, \"192.0.2.1@53\". Empty: from the root downwards."},
         {.name = "stub",
          .type = WP_CONFIG_LIST,
          .fallback = "",
          .help = "Zones with servers of their own, \"example.org=192.0.2.1@53\"."},
         {.name = "hosts",
          .type = WP_CONFIG_LIST,
          .fallback = "",
          .help = "Records that are answered here, \"mail.example.com A 192.0.2.1\"."},
         {.name = "dnssec",
          .type = WP_CONFIG_TEXT,
          .fallback = "validate",
          .help = "\"validate\", or \"off\"."},
         {.name = "trust_anchor_file",
          .type = WP_CONFIG_PATH,
          .help = "File with the keys that are trusted. Empty: the root's, as Debian's "
                  "dns-root-data has them."},
         {.name = "trust_anchors",
          .type = WP_CONFIG_LIST,
          .fallback = "",
          .help = "DS or DNSKEY records that are trusted, \"example.org DS 1 13 2 ...\"."},
         {.name = "timeout",
          .type = WP_CONFIG_DURATION,
          .fallback = "20s",
          .help = "How long a question may take.",
          .minimum = second / 10,
          .maximum = 3600 * second},
         {.name = "max_questions",
          .type = WP_CONFIG_INTEGER,
          .fallback = "10000",
          .help = "Questions under way at the same time; more are refused for now.",
          .minimum = 1,
          .maximum = 1000000},
     }});
