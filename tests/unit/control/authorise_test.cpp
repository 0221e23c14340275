// SPDX-License-Identifier: Apache-2.0
#include "control/authorise.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::control {
namespace {

TEST(authorise, gives_root_and_the_services_user_every_right) {
    for (const right wanted :
         {right::read_status, right::manage_users, right::read_message, right::manage_process}) {
        EXPECT_TRUE(authorise({0, 0, 1}, 900, wanted));
        EXPECT_TRUE(authorise({900, 900, 1}, 900, wanted));
    }
}

TEST(authorise, gives_others_no_right_and_names_it) {
    auto denied = authorise({1000, 900, 1}, 900, right::read_message);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.failure().status, WP_DENIED);
    EXPECT_NE(denied.failure().text.find("read-message"), std::string::npos);
    EXPECT_FALSE(authorise(caller{}, 900, right::read_status));
}

} // namespace
} // namespace waypost::kernel::control
