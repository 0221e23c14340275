// SPDX-License-Identifier: Apache-2.0
// What a reload reports (R1.4).
#include "config/diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypost::kernel::config {
namespace {

using testing::ElementsAre;

std::shared_ptr<const settings> load(std::string_view text) {
    auto read = load_text(text, "/etc/w.toml");
    EXPECT_TRUE(read.value) << describe(read.problems);
    return read.value;
}

std::vector<std::string> lines(const std::vector<change>& changes) {
    std::vector<std::string> out;
    for (const auto& one : changes)
        out.push_back(describe(one));
    return out;
}

TEST(diff, equal_files_differ_in_nothing) {
    EXPECT_TRUE(diff(*load("[site]\nuser = \"a\""), *load("\n\n[site]\nuser = \"a\"\n")).empty());
}

TEST(diff, says_which_keys_need_a_restart) {
    const auto before = load("[site]\nhostname = \"a\"\n[plugins.x]\n[plugins.y]\n");
    const auto after = load("[site]\nhostname = \"b\"\nlog_level = \"debug\"\n"
                            "[plugins.y]\nplugin = \"z\"\n[plugins.new]\n");
    EXPECT_THAT(lines(diff(*before, *after)),
                ElementsAre("site.hostname: \"a\" -> \"b\" (needs restart)",
                            "site.log_level: \"info\" -> \"debug\"",
                            "plugins.y.plugin: y -> z (needs restart)",
                            "plugins.new: added (needs restart)",
                            "plugins.x: removed (needs restart)"));
}

TEST(diff, compares_plugin_values_without_showing_secrets) {
    constexpr wp_config_key keys[] = {{"word", WP_CONFIG_TEXT, WP_CONFIG_SECRET, "", "", 0, -1}};
    const auto before = load("[plugins.x]\nword = \"one\"");
    const auto after = load("[plugins.x]\nword = \"two\"");
    const auto was = before->check_plugin(before->plugins()[0], keys);
    const auto now = after->check_plugin(after->plugins()[0], keys);
    EXPECT_THAT(lines(diff("plugins.x", *was.values, *now.values)),
                ElementsAre("plugins.x.word: (secret) -> (secret) (needs restart)"));
}

} // namespace
} // namespace waypost::kernel::config
