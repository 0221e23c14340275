// SPDX-License-Identifier: Apache-2.0
// Plugins that work: one instance by hand, and a configured set of them (R1.1, R1.4).
#include "fixtures.hpp"
#include "host/plugin_set.hpp"

#include <gmock/gmock.h>

namespace waypost::kernel::host {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct counter_facet {
    std::uint32_t struct_size;
    std::uint32_t reserved;
    std::int64_t (*limit)(void* self);
};

class lifecycle : public plugin_folder {
protected:
    std::shared_ptr<const config::settings> settings(const std::string& text) {
        auto read =
            config::load_text("[site]\nstate = \"" + folder_.string() + "\"\nplugin_path = [\"" +
                                  folder_.string() + "\"]\n" + text,
                              "/etc/waypost.toml");
        EXPECT_TRUE(read.value) << config::describe(read.problems);
        return read.value;
    }
    static std::int64_t limit(const instance& one) {
        return one.facet_as<counter_facet>("test.counter/1")->limit(one.self());
    }
    std::vector<std::string> lines() {
        const std::lock_guard lock(lines_mutex_);
        return lines_;
    }
    static instance::time_point soon() {
        return std::chrono::steady_clock::now() + std::chrono::seconds(10);
    }
};

TEST_F(lifecycle, plugins_in_c_and_cpp_live_through_all_states) {
    copy("sample");
    copy("minimal");
    plugin_set set(services_, log_);
    auto report =
        set.load(settings("[plugins.sample]\nlimit = 9\n[plugins.second]\nplugin = \"sample\"\n"
                          "[plugins.minimal]\n[plugins.off]\nenabled = false\n"));
    ASSERT_TRUE(report.ok()) << report.describe();
    ASSERT_TRUE(set.create().ok());
    ASSERT_TRUE(set.start().ok());
    EXPECT_EQ(limit(*set.find("sample")), 9);
    EXPECT_EQ(limit(*set.find("second")), 7);
    EXPECT_EQ(set.first("test.counter/1"), set.find("sample"));
    EXPECT_EQ(set.find("minimal")->facet("test.counter/1"), nullptr);
    EXPECT_EQ(set.find("off"), nullptr);
    EXPECT_THAT(set.drain(soon()), IsEmpty());
    set.stop();
    EXPECT_THAT(lines(), ElementsAre("sample: started instance=sample",
                                     "second: started instance=second", "minimal: started",
                                     "minimal: stopped", "second: stopped", "sample: stopped"));
}

TEST_F(lifecycle, directories_start_before_stores_and_stop_after_them) {
    copy("minimal");
    copy("store");
    copy("directory");
    {
        plugin_set set(services_, log_);
        ASSERT_TRUE(
            set.load(settings("[plugins.minimal]\n[plugins.store]\n[plugins.directory]\n")).ok());
        ASSERT_TRUE(set.create().ok());
        ASSERT_TRUE(set.start().ok());
    }
    EXPECT_THAT(lines(), ElementsAre("directory: started", "store: started", "minimal: started",
                                     "minimal: stopped", "store: stopped", "directory: stopped"));
}

TEST_F(lifecycle, what_create_throws_is_a_bug_with_its_text) {
    copy("sample");
    plugin_set set(services_, log_);
    ASSERT_TRUE(set.load(settings("[plugins.sample]\nmode = \"throw\"\n")).ok());
    const auto report = set.create();
    EXPECT_THAT(report.describe(),
                HasSubstr("refused (create): backend exploded; [plugins.sample] is at"));
    EXPECT_THAT(lines(), Contains("sample: create is broken: backend exploded"));
    EXPECT_EQ(set.find("sample"), nullptr);
    EXPECT_EQ(set.status().at(0).state, "failed");
}

TEST_F(lifecycle, a_plugin_that_is_not_required_may_fail) {
    copy("sample");
    copy("leaky");
    plugin_set set(services_, log_);
    const auto loaded = set.load(
        settings("[plugins.sample]\nmode = \"fail\"\nrequired = false\n"
                 "[plugins.leaky]\nrequired = false\n[plugins.samplr]\nrequired = false\n"));
    EXPECT_TRUE(loaded.ok());
    EXPECT_THAT(loaded.describe(), HasSubstr("did you mean 'sample'?"));
    ASSERT_TRUE(set.create().ok());
    const auto started = set.start();
    EXPECT_TRUE(started.ok());
    EXPECT_THAT(started.describe(), HasSubstr("refused (start): the backend is away"));
    EXPECT_TRUE(set.instances().empty());
}

TEST_F(lifecycle, a_wrong_section_is_refused_with_its_place) {
    copy("sample");
    plugin_set set(services_, log_);
    const auto report = set.load(settings("[plugins.sample]\nlimt = 9\nlimit = 900\n"));
    EXPECT_FALSE(report.ok());
    EXPECT_THAT(report.describe(),
                HasSubstr("/etc/waypost.toml:5:1: plugins.sample.limt: there is no such key; did "
                          "you mean 'limit'?"));
    EXPECT_THAT(report.describe(), HasSubstr("900 is out of range"));
}

TEST_F(lifecycle, a_reload_changes_what_can_be_changed) {
    copy("sample");
    plugin_set set(services_, log_);
    ASSERT_TRUE(set.load(settings("[plugins.sample]\n")).ok());
    ASSERT_TRUE(set.create().ok());
    ASSERT_TRUE(set.start().ok());
    auto report = set.reload(settings("[plugins.sample]\nlimit = 8\n"));
    EXPECT_EQ(report.applied.size(), 1U);
    EXPECT_EQ(limit(*set.find("sample")), 8);

    report = set.reload(settings("[plugins.sample]\nlimit = 13\n"));
    ASSERT_EQ(report.refused.size(), 1U);
    EXPECT_EQ(report.refused[0].text, "13 brings bad luck");
    EXPECT_TRUE(report.applied.empty());
    EXPECT_EQ(limit(*set.find("sample")), 8);

    report = set.reload(settings("[plugins.sample]\nlimit = 9\nlisten = \"x\"\n"));
    EXPECT_EQ(report.needs_restart.size(), 2U);
    EXPECT_EQ(limit(*set.find("sample")), 8);

    const auto renamed = settings("hostname = \"new\"\n[plugins.sample]\nlimit = 8\n");
    EXPECT_EQ(set.reload(renamed).needs_restart.size(), 1U);
    EXPECT_EQ(set.reload(renamed).needs_restart.size(), 1U) << "it is said until it is done";

    report = set.reload(settings("[plugins.sample]\nlimit = 900\n"));
    EXPECT_EQ(report.problems.size(), 1U);
}

TEST_F(lifecycle, an_endpoint_is_opened_for_the_plugin_and_kept_for_its_next_start) {
    copy("sample");
    std::string address;
    for (int round = 0; round < 2; ++round) {
        plugin_set set(services_, log_);
        ASSERT_TRUE(set.load(settings("[plugins.sample]\nlisten = \"127.0.0.1:0\"\n")).ok());
        ASSERT_TRUE(set.create().ok());
        ASSERT_TRUE(set.start().ok());
        ASSERT_EQ(listen_.bound().size(), 1U);
        if (round == 0)
            address = listen_.bound()[0].address;
        EXPECT_EQ(listen_.bound()[0].address, address);
    }
}

TEST_F(lifecycle, an_endpoint_that_cannot_be_had_is_a_failed_start) {
    copy("sample");
    plugin_set set(services_, log_);
    ASSERT_TRUE(set.load(settings("[plugins.sample]\nlisten = \"nonsense\"\n")).ok());
    ASSERT_TRUE(set.create().ok());
    EXPECT_THAT(set.start().describe(), HasSubstr("\"nonsense\" is no endpoint"));
}

} // namespace
} // namespace waypost::kernel::host
