// SPDX-License-Identifier: Apache-2.0
#include "cli/password.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace waypost::kernel::cli {
namespace {

TEST(password, is_the_first_line_without_its_end) {
    for (const char* text : {"a b ", "a b \n", "a b \r\n", "a b \nmore\n"}) {
        std::istringstream from(text);
        auto read = read_password(from);
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, "a b ");
    }
}

TEST(password, is_refused_when_empty) {
    for (const char* text : {"", "\n", "\r\n"}) {
        std::istringstream from(text);
        EXPECT_FALSE(read_password(from));
    }
}

} // namespace
} // namespace waypost::kernel::cli
