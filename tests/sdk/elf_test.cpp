// SPDX-License-Identifier: Apache-2.0
// The ELF reader on real plugins and on damaged ones: it reads or refuses, whatever the bytes are.
#include "fixtures.hpp"
#include "host/elf.hpp"

#include <gmock/gmock.h>

#include <random>

namespace waypost::kernel::host {
namespace {

using testing::ElementsAre;

result<elf_facts> inspect(const std::string& bytes) {
    return inspect_elf(std::as_bytes(std::span(bytes)));
}

class elf : public plugin_folder {};

TEST_F(elf, facts_of_a_plugin_are_read_without_loading_it) {
    const auto facts = inspect(read(copy("sample")));
    ASSERT_TRUE(facts) << facts.failure().text;
    ASSERT_TRUE(facts->note);
    EXPECT_EQ(facts->note->id, "org.waypost.test.sample");
    EXPECT_EQ(facts->exported, 1U);
    EXPECT_TRUE(facts->exports_plugin);
    ASSERT_TRUE(facts->descriptor);
    EXPECT_EQ(facts->descriptor->id, "org.waypost.test.sample");
    EXPECT_EQ(facts->descriptor->struct_size, sizeof(wp_plugin));
    EXPECT_THAT(facts->descriptor->needs, ElementsAre(WP_HOST_LOG, WP_HOST_CONFIG));
    EXPECT_FALSE(facts->libraries.empty());
}

TEST_F(elf, damaged_files_are_read_or_refused) {
    const auto whole = read(copy("minimal"));
    std::mt19937 random(7); // NOLINT: the same damage every time
    for (int round = 0; round < 3'000; ++round) {
        auto bytes = whole;
        for (int hit = 0; hit < 8; ++hit)
            bytes[random() % (round % 2 == 0 ? std::min<std::size_t>(bytes.size(), 2'048)
                                             : bytes.size())] = static_cast<char>(random());
        static_cast<void>(inspect(bytes));
    }
}

} // namespace
} // namespace waypost::kernel::host
