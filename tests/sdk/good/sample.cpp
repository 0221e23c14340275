// SPDX-License-Identifier: Apache-2.0
// A complete plugin in C++ by the macro: it logs its lifecycle, listens, serves one facet, and
// fails on request.
#include <waypost/plugin.hpp>

#include <unistd.h>

#include <stdexcept>

namespace {

struct counter_facet {
    std::uint32_t struct_size;
    std::uint32_t reserved;
    std::int64_t (*limit)(void* self);
};

class sample {
public:
    explicit sample(waypost::context with) : with_(std::move(with)) {
        if (with_.config().text("mode") == "throw")
            throw std::runtime_error("backend exploded");
        limit_ = with_.config().integer("limit");
    }

    waypost::result<void> start() {
        if (with_.config().text("mode") == "fail")
            return waypost::error{WP_TEMPFAIL, "the backend is away"};
        with_.logger().info("started", {{"instance", with_.instance()}});
        if (const auto endpoint = with_.config().text("listen"); !endpoint.empty()) {
            auto opened = with_.listen(endpoint);
            if (!opened)
                return opened.failure();
            ::close(*opened);
        }
        return {};
    }
    void stop() { with_.logger().info("stopped"); }

    waypost::result<void> reconfigure(waypost::config_view values) {
        if (values.integer("limit") == 13)
            return waypost::error{WP_INVALID, "13 brings bad luck"};
        limit_ = values.integer("limit");
        return {};
    }

    const void* facet(std::string_view id) {
        static constexpr counter_facet served{sizeof(counter_facet), 0, [](void* self) {
                                                  return static_cast<sample*>(self)->limit_;
                                              }};
        return id == "test.counter/1" ? &served : nullptr;
    }

private:
    waypost::context with_;
    std::int64_t limit_ = 0;
};

} // namespace

WAYPOST_PLUGIN(sample, {.id = "org.waypost.test.sample",
                        .version = "1.2.3",
                        .license = "Apache-2.0",
                        .summary = "Sample in C++",
                        .provides = {"test.counter/1"},
                        .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
                        .config = {{.name = "mode", .fallback = "", .help = "How to behave."},
                                   {.name = "listen", .fallback = "", .help = "Endpoint."},
                                   {.name = "limit",
                                    .type = WP_CONFIG_INTEGER,
                                    .flags = WP_CONFIG_RELOADABLE,
                                    .fallback = "7",
                                    .help = "A number.",
                                    .minimum = 1,
                                    .maximum = 100}}});
