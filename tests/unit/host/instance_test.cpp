// SPDX-License-Identifier: Apache-2.0
// The lifecycle of an instance, with a plugin in this program: drain that completes later, and
// misbehaviour.
#include "host/instance.hpp"
#include "host/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypost::kernel::host {
namespace {

using testing::HasSubstr;

struct script {
    wp_status create = WP_OK;
    wp_status start = WP_OK;
    wp_status drain = WP_OK;
    bool object = true;
    wp_done done{};
    int stops = 0;
    int destroys = 0;
};
script now;

constexpr const char* const nothing[] = {nullptr};
constexpr wp_plugin plugin = [] {
    wp_plugin out{};
    out.struct_size = sizeof out;
    out.abi_major = WP_ABI_MAJOR;
    out.id = "org.waypost.test.script";
    out.version = "1";
    out.provides = nothing;
    out.needs = nothing;
    out.create = [](const wp_host*, wp_str, const wp_config*, void** self, wp_error*) {
        *self = now.object ? &now : nullptr;
        return now.create;
    };
    out.start = [](void*, wp_error*) { return now.start; };
    out.drain = [](void*, std::int64_t, wp_done done) {
        now.done = done;
        return now.drain;
    };
    out.stop = [](void*) { ++now.stops; };
    out.destroy = [](void*) { ++now.destroys; };
    out.facet = [](void*, const char*) -> const void* { return nullptr; };
    return out;
}();

class instance_life : public testing::Test {
protected:
    instance_life() {
        now = {};
        add_basic_services(services_);
    }
    static auto in(std::chrono::seconds wait) { return std::chrono::steady_clock::now() + wait; }

    std::vector<std::string> lines_;
    log_output log_{[this](std::int32_t, const std::string& line) { lines_.push_back(line); }};
    service_registry services_;
    instance::values values_ = std::make_shared<wp_config>();
};

TEST_F(instance_life, a_drain_may_complete_later) {
    now.drain = WP_PENDING;
    {
        instance one("x", plugin, "x.so", services_, log_);
        ASSERT_TRUE(one.create(values_));
        ASSERT_TRUE(one.start());
        one.begin_drain(in(std::chrono::seconds(10)));
        EXPECT_EQ(one.state(), instance_state::draining);
        EXPECT_FALSE(one.wait_drained(in(std::chrono::seconds(0))));
        now.done.fn(now.done.ctx, WP_OK, nullptr);
        EXPECT_TRUE(one.wait_drained(in(std::chrono::seconds(10))));
        one.stop();
        one.stop();
    }
    EXPECT_EQ(now.stops, 1);
    EXPECT_EQ(now.destroys, 1);
}

TEST_F(instance_life, a_failed_create_is_never_stopped_or_destroyed) {
    now.create = WP_TEMPFAIL;
    now.object = false;
    {
        instance one("x", plugin, "x.so", services_, log_);
        EXPECT_THAT(one.create(values_).failure().text, HasSubstr("create failed with status 3"));
        EXPECT_FALSE(one.start());
        EXPECT_EQ(one.facet("a"), nullptr);
    }
    EXPECT_EQ(now.stops, 0);
    EXPECT_EQ(now.destroys, 0);
}

TEST_F(instance_life, what_breaks_the_contract_is_a_fault) {
    now.object = false;
    instance one("x", plugin, "x.so", services_, log_);
    EXPECT_EQ(one.create(values_).failure().status, WP_BUG);
    EXPECT_EQ(one.faults(), 1U);
    EXPECT_THAT(lines_.at(0), HasSubstr("create is broken: create returned no object"));
}

TEST_F(instance_life, without_reconfigure_new_values_are_refused) {
    instance one("x", plugin, "x.so", services_, log_);
    ASSERT_TRUE(one.create(values_));
    ASSERT_TRUE(one.start());
    EXPECT_EQ(one.reconfigure(std::make_shared<wp_config>()).failure().status, WP_UNSUPPORTED);
    EXPECT_EQ(one.current(), values_);
}

} // namespace
} // namespace waypost::kernel::host
