// SPDX-License-Identifier: Apache-2.0
#include "cli/attributes.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::cli {
namespace {

TEST(attributes, read_replace_add_remove_and_several_values) {
    auto made = parse_attributes({"mailQuota=10M", "mailAlternateAddress+=a@b.example",
                                  "mailAlternateAddress+=c@d.example", "cn-=Old",
                                  "description=", "labeledURI=x=y"});
    ASSERT_TRUE(made);
    EXPECT_EQ(*made, json::parse(R"([
        {"name": "mailQuota", "op": "replace", "values": ["10M"]},
        {"name": "mailAlternateAddress", "op": "add", "values": ["a@b.example", "c@d.example"]},
        {"name": "cn", "op": "remove", "values": ["Old"]},
        {"name": "description", "op": "replace", "values": []},
        {"name": "labeledURI", "op": "replace", "values": ["x=y"]}])"));
}

TEST(attributes, refuse_what_is_no_change) {
    for (const char* word : {"", "=", "=x", "name", "na me=x", "+=x", "-=x"}) {
        EXPECT_FALSE(parse_attributes({word})) << word;
    }
}

} // namespace
} // namespace waypost::kernel::cli
