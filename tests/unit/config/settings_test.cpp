// SPDX-License-Identifier: Apache-2.0
// The first phase: what a file says about the kernel, and every way of getting it wrong (R1.4).
#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypost::kernel::config {
namespace {

using testing::HasSubstr;

loaded load(std::string_view text) {
    return load_text(text, "/etc/waypost/waypost.toml");
}

TEST(settings, an_empty_file_has_all_defaults) {
    const auto read = load("");
    ASSERT_TRUE(read.value) << describe(read.problems);
    EXPECT_EQ(read.value->state(), "/var/lib/waypost");
    EXPECT_EQ(read.value->site().text("control"), "/var/lib/waypost/control");
    EXPECT_EQ(read.value->transfer().size("message_size_limit"), std::size_t{50} << 20U);
    EXPECT_EQ(read.value->transfer().duration("queue_lifetime"), std::chrono::hours(120));
    EXPECT_EQ(read.value->transfer().list("retry_schedule").size(), 5U);
    EXPECT_EQ(read.value->transfer().text("subaddress_separator"), "+");
    EXPECT_TRUE(read.value->plugins().empty());
    EXPECT_FALSE(read.value->hostname().empty());
}

TEST(settings, relative_paths_start_at_the_state_folder_and_that_at_the_file) {
    const auto read = load(
        "[site]\nstate = \"var\"\ncontrol = \"run/control\"\nplugin_path = [\"../plugins\"]\n");
    ASSERT_TRUE(read.value) << describe(read.problems);
    EXPECT_EQ(read.value->state(), "/etc/waypost/var");
    EXPECT_EQ(read.value->site().text("control"), "/etc/waypost/var/run/control");
    EXPECT_EQ(read.value->plugin_path().at(0), "/etc/plugins");
}

TEST(settings, plugin_instances_come_in_the_order_of_the_file) {
    const auto read = load("[plugins.zebra]\nplugin = \"smtp\"\nrequired = false\n"
                           "[plugins.ant]\nenabled = false\nwhatever = 1\n");
    ASSERT_TRUE(read.value) << describe(read.problems);
    const auto& plugins = read.value->plugins();
    ASSERT_EQ(plugins.size(), 2U);
    EXPECT_EQ(plugins[0].name, "zebra");
    EXPECT_EQ(plugins[0].plugin, "smtp");
    EXPECT_FALSE(plugins[0].required);
    EXPECT_EQ(plugins[1].plugin, "ant");
    EXPECT_FALSE(plugins[1].enabled);
    EXPECT_TRUE(plugins[1].required);
}

struct mistake {
    std::string_view file;
    std::string_view says;
};

TEST(settings, every_mistake_is_named_with_its_place_and_a_way_out) {
    const mistake table[] = {
        {"[site]\nhostnam = \"x\"\n",
         "waypost.toml:2:1: site.hostnam: there is no such key; did you mean 'hostname'?"},
        {"[site]\nhostname = 5\n",
         "waypost.toml:2:12: site.hostname: expected a text, found an integer"},
        {"[sit]\n", "waypost.toml:1:2: sit: there is no such section; did you mean 'site'?"},
        {"[smtp]\n", "a plugin's section is [plugins.smtp]"},
        {"site = 3\n", "expected a section [site], found an integer"},
        {"[transfer]\nmessage_size_limit = \"5 MB\"\n",
         "waypost.toml:2:22: transfer.message_size_limit: expected a size such as \"64KiB\" or "
         "\"10MiB\", "
         "found \"5 MB\""},
        {"[transfer]\nmessage_size_limit = 10\n",
         "10B is out of range; it may be from 64KiB to 2GiB"},
        {"[transfer]\nmessage_size_limit = -10\n", "expected a size"},
        {"[transfer]\nqueue_lifetime = 30\n", "expected a duration such as \"30s\""},
        {"[transfer]\nqueue_lifetime = \"100d\"\n",
         "100d is out of range; it may be from 1m to 60d"},
        {"[transfer]\nretry_schedule = [\"1m\", 5]\n",
         "transfer.retry_schedule: expected a list of texts"},
        {"[transfer]\nretry_schedule = [\"5m\", \"1m\"]\n",
         "\"1m\" is shorter than the wait before it"},
        {"[transfer]\nretry_schedule = [\"6d\"]\n",
         "the last wait is not shorter than transfer.queue_lifetime (5d)"},
        {"[transfer]\nretry_schedule = [\"often\"]\n", "\"often\" is no duration"},
        {"[transfer]\nretry_schedule = []\n", "is empty"},
        {"[transfer]\noverquota = \"permanant\"\n",
         "\"permanant\" is not one of temporary, permanent; did you mean 'permanent'?"},
        {"[transfer]\nsubaddress_separator = \"@\"\n", "cannot separate"},
        {"[log]\npending_size = \"128MiB\"\n", "is larger than log.tail_size (64MiB)"},
        {"[site]\ngroup = \"mail\"\n", "set both or none"},
        {"[site]\nuser = 2020-01-01\n", "found a date or time"},
        {"[site]\nworkers = 1.5\n", "found a number with a fraction"},
        {"[site]\nuser = \"a\"\nuser = \"b\"\n",
         "waypost.toml:3:8: Error while parsing key-value pair: cannot redefine"},
        {"[plugins]\nsmtp = true\n",
         "plugins.smtp: expected a section [plugins.smtp], found true or false"},
        {"[plugins.smtp]\nenabled = \"yes\"\n",
         "plugins.smtp.enabled: expected true or false, found a text"},
        {"[plugins.\"a b\"]\n", "the name of an instance"},
        {"[site\n", "waypost.toml:1:"},
        {"[=]\n", "waypost.toml:1:"},
        {"[\x01]\n", "waypost.toml:1:"},
        {"[site]\n\xC4\x9D = 1\n", "waypost.toml:2:"},
    };
    for (const auto& one : table) {
        const auto read = load(one.file);
        EXPECT_FALSE(read.value) << one.file;
        EXPECT_THAT(describe(read.problems), HasSubstr(one.says)) << one.file;
    }
}

TEST(settings, all_mistakes_are_collected) {
    const auto read = load("[site]\nhostnam = 1\nuser = 2\n[transfer]\nmax_jobs = 0\n[nothing]\n");
    EXPECT_EQ(read.problems.size(), 4U) << describe(read.problems);
}

TEST(settings, what_nests_too_deep_or_is_too_large_is_refused) {
    std::string deep;
    for (int i = 0; i < 3'000; ++i)
        deep += "a.";
    EXPECT_THAT(describe(load(deep + "a = 1").problems), HasSubstr("longer than 4096"));
    std::string near_limit;
    for (int i = 0; i < 2'000; ++i)
        near_limit += "a.";
    EXPECT_FALSE(load('[' + near_limit + "a]\n" + near_limit + "a = 1").value);
    EXPECT_THAT(describe(load(std::string(largest_file + 1, '\n')).problems),
                HasSubstr("larger than 4 MiB"));
}

TEST(settings, a_file_that_is_not_there_is_named) {
    const auto read = load_file("/nowhere/waypost.toml");
    EXPECT_THAT(describe(read.problems),
                HasSubstr("/nowhere/waypost.toml: cannot be read: No such file"));
    EXPECT_THAT(describe(load_file("/tmp").problems), HasSubstr("it is a folder"));
}

} // namespace
} // namespace waypost::kernel::config
