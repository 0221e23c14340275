// SPDX-License-Identifier: Apache-2.0
// Log lines.
#include "host/log.hpp"
#include "host/services.hpp"

#include <waypost/logger.hpp>

#include <gtest/gtest.h>

namespace waypost::kernel::host {
namespace {

TEST(log_line, is_one_line_whatever_is_in_it) {
    const wp_pair fields[] = {{to_abi("peer"), to_abi("192.0.2.1:25")},
                              {to_abi("text"), to_abi("a \"b\"\r\n")},
                              {to_abi("empty"), to_abi("")}};
    EXPECT_EQ(format_line("smtp", "two\nlines", fields),
              R"(smtp: two\x0alines peer=192.0.2.1:25 text="a \"b\"\x0d\x0a" empty="")");
}

TEST(log_line, below_the_level_is_dropped) {
    int count = 0;
    log_output log([&](std::int32_t, const std::string&) { ++count; });
    log.write(WP_LOG_DEBUG, "a", "b");
    EXPECT_EQ(count, 0);
    log.set_level(log_level("debug"));
    log.write(WP_LOG_DEBUG, "a", "b");
    EXPECT_EQ(count, 1);
    EXPECT_EQ(log_level("warning"), WP_LOG_WARNING);
    EXPECT_EQ(log_level_name(WP_LOG_NOTICE), "notice");
}

TEST(log_service, writes_for_the_instance_and_counts_faults) {
    std::vector<std::string> lines;
    log_output log([&](std::int32_t, const std::string& line) { lines.push_back(line); });
    service_registry registry;
    add_basic_services(registry);
    host_context context("inbound", registry, log);
    const logger face(&context.host);
    face.info("hello", {{"n", "1"}});
    face.debug("not this");
    face.fault("broken");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "inbound: hello n=1");
    EXPECT_EQ(context.faults, 1U);
    EXPECT_EQ(context.host.service(&context.host, "wp.host.none/1"), nullptr);
    EXPECT_THROW(add_basic_services(registry), std::logic_error);
}

} // namespace
} // namespace waypost::kernel::host
