// SPDX-License-Identifier: Apache-2.0
// The second phase: a plugin's section against its declared keys, and what the plugin then reads.
#include "config/settings.hpp"

#include <waypost/config.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypost::kernel::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr wp_config_key keys[] = {
    {"listen", WP_CONFIG_LIST, 0, "*:25,[::1]:26", "Endpoints.", 0, -1},
    {"timeout", WP_CONFIG_DURATION, WP_CONFIG_RELOADABLE, "5m", "Idle time.", 0, -1},
    {"file", WP_CONFIG_PATH, WP_CONFIG_REQUIRED, nullptr, "The file.", 0, -1},
    {"password", WP_CONFIG_TEXT, WP_CONFIG_SECRET, nullptr, "The password.", 0, -1},
    {"sessions", WP_CONFIG_INTEGER, 0, "100", "Sessions.", 1, 1000},
    {"buffer", WP_CONFIG_SIZE, 0, "64KiB", "Buffer.", 0, -1},
    {"strict", WP_CONFIG_BOOLEAN, 0, "true", "Strictness.", 0, -1},
};

plugin_values check(std::string_view body) {
    const auto read = load_text("[plugins.in]\n" + std::string(body), "/etc/w.toml");
    EXPECT_TRUE(read.value) << describe(read.problems);
    return read.value->check_plugin(read.value->plugins().at(0), keys);
}

TEST(plugin_section, values_are_complete_and_typed) {
    const auto checked =
        check("plugin = \"smtp\"\nfile = \"a/b\"\nsessions = 7\nlisten = [\"x\"]\n");
    ASSERT_TRUE(checked.values) << describe(checked.problems);
    const config_view view{&host_config(), checked.values.get()};
    EXPECT_EQ(view.path("file"), "/var/lib/waypost/a/b");
    EXPECT_EQ(view.integer("sessions"), 7);
    EXPECT_THAT(view.list("listen"), ElementsAre("x"));
    EXPECT_EQ(view.duration("timeout"), std::chrono::minutes(5));
    EXPECT_EQ(view.size("buffer"), 65536U);
    EXPECT_TRUE(view.boolean("strict"));
    EXPECT_EQ(view.text("password"), "");
    EXPECT_TRUE(checked.values->set("sessions"));
    EXPECT_FALSE(checked.values->set("strict"));
}

TEST(plugin_section, defaults_of_lists_are_comma_separated) {
    const auto checked = check("file = \"x\"\n");
    ASSERT_TRUE(checked.values);
    EXPECT_THAT(checked.values->list("listen"), ElementsAre("*:25", "[::1]:26"));
}

TEST(plugin_section, an_undeclared_key_or_another_type_reads_as_zero) {
    const auto checked = check("file = \"x\"\n");
    ASSERT_TRUE(checked.values);
    const config_view view{&host_config(), checked.values.get()};
    EXPECT_EQ(view.text("nothing"), "");
    EXPECT_EQ(view.text("sessions"), "");
    EXPECT_EQ(view.integer("file"), 0);
    EXPECT_TRUE(view.list("file").empty());
    EXPECT_EQ(host_config().list_item(checked.values.get(), "listen", 99).size, 0U);
    EXPECT_EQ(host_config().integer(nullptr, "sessions"), 0);
}

TEST(plugin_section, mistakes_are_named_with_the_instance_and_the_nearest_key) {
    const auto checked = check("lisen = [\"*:25\"]\nsessions = 0\nenabld = true\n");
    EXPECT_FALSE(checked.values);
    const auto text = describe(checked.problems);
    EXPECT_THAT(
        text,
        HasSubstr(
            "/etc/w.toml:2:1: plugins.in.lisen: there is no such key; did you mean 'listen'?"));
    EXPECT_THAT(text,
                HasSubstr("plugins.in.sessions: 0 is out of range; it may be from 1 to 1000"));
    EXPECT_THAT(text, HasSubstr("did you mean 'enabled'?"));
    EXPECT_THAT(text, HasSubstr("/etc/w.toml:1:"));
    EXPECT_THAT(text, HasSubstr("plugins.in.file: must be set; expected a path"));
}

TEST(plugin_section, a_secret_is_never_printed) {
    const auto checked = check("file = \"x\"\npassword = \"hunter2\"\n");
    ASSERT_TRUE(checked.values);
    EXPECT_EQ(print(*checked.values->find("password")), "(secret)");
}

} // namespace
} // namespace waypost::kernel::config
