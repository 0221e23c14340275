// SPDX-License-Identifier: Apache-2.0
// Log lines.
#include "host/log.hpp"
#include "host/services.hpp"

#include <waypost/logger.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>

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

/// Standard error as a pipe that nobody reads, until the test does.
class stalled_reader {
public:
    stalled_reader() : saved_(::dup(STDERR_FILENO)) {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        ::dup2(ends_[1], STDERR_FILENO);
    }
    ~stalled_reader() {
        ::dup2(saved_, STDERR_FILENO);
        for (const int one : {ends_[0], ends_[1], saved_})
            ::close(one);
    }
    std::string read_what_is_there() const {
        std::string all;
        pollfd at{ends_[0], POLLIN, 0};
        while (::poll(&at, 1, 0) > 0) {
            std::array<char, 4096> some;
            all.append(some.data(),
                       static_cast<std::size_t>(::read(ends_[0], some.data(), some.size())));
        }
        return all;
    }

private:
    std::array<int, 2> ends_{-1, -1};
    int saved_;
};

TEST(log_output, never_waits_for_its_reader_and_says_what_was_lost) {
    const stalled_reader reader;
    log_output log;
    for (int i = 0; i < 5000; ++i)
        log.write(WP_LOG_INFO, "test", std::string(100, 'x'));
    EXPECT_GT(reader.read_what_is_there().size(), 4096U);
    log.write(WP_LOG_INFO, "test", "after");
    const auto rest = reader.read_what_is_there();
    EXPECT_NE(rest.find("too slow for "), std::string::npos);
    EXPECT_NE(rest.find("test: after"), std::string::npos);
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
