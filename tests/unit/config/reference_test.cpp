// SPDX-License-Identifier: Apache-2.0
// The reference and the tables it comes from.
#include "config/reference.hpp"
#include "config/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace waypost::kernel::config {
namespace {

using testing::HasSubstr;

TEST(reference, names_every_key_with_its_default_and_help) {
    const auto text = reference();
    for (const auto& schema : kernel_sections())
        for (const auto& key : schema.keys) {
            EXPECT_THAT(text, HasSubstr(std::string("- `") + key.name + "` ("));
            EXPECT_THAT(text, HasSubstr(key.help));
        }
    EXPECT_THAT(text, HasSubstr("`shutdown_deadline` (duration, `30s`, reloadable)"));
    EXPECT_THAT(text, HasSubstr("One of `temporary`, `permanent`."));
    EXPECT_THAT(text, HasSubstr("From 64KiB to 2GiB."));
}

TEST(reference, the_document_is_what_is_generated) {
    std::ifstream stream(REFERENCE_DOCUMENT);
    const std::string document{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(document, reference())
        << "run: waypostd --reference > docs/operations/configuration.md";
}

TEST(reference, a_plugin_is_described_by_its_own_table) {
    constexpr wp_config_key keys[] = {
        {"file", WP_CONFIG_PATH, WP_CONFIG_REQUIRED, nullptr, "The file.", 0, -1}};
    EXPECT_THAT(plugin_reference("flat", "A flat file", keys),
                HasSubstr("- `file` (path, must be set): The file."));
    EXPECT_THAT(plugin_reference("flat", "", {}), HasSubstr("no keys of its own"));
}

} // namespace
} // namespace waypost::kernel::config
