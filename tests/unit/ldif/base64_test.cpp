// SPDX-License-Identifier: Apache-2.0
#include "parse/base64.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

TEST(base64, follows_the_vectors_of_rfc_4648) {
    const std::pair<std::string_view, std::string_view> table[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, text] : table) {
        std::string made;
        append_base64(made, plain);
        EXPECT_EQ(made, text);
        EXPECT_EQ(decode_base64(text), plain);
    }
}

TEST(base64, refuses_other_text) {
    for (const std::string_view text :
         {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm 9", "Zg==Zg==", "=Zg="})
        EXPECT_FALSE(decode_base64(text)) << text;
}

} // namespace
