// SPDX-License-Identifier: Apache-2.0
#include "helper/identity.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waypost::kernel::helper {
namespace {

TEST(identity, without_names_the_process_stays_who_it_is) {
    auto who = find_identity("", "");
    ASSERT_TRUE(who);
    EXPECT_EQ(who->user, ::geteuid());
    EXPECT_FALSE(who->change);
}

TEST(identity, names_the_user_that_does_not_exist) {
    auto who = find_identity("no-such-user", "");
    ASSERT_FALSE(who);
    EXPECT_NE(who.failure().text.find("no-such-user"), std::string::npos);
    EXPECT_FALSE(find_identity("", "no-such-group"));
}

TEST(identity, root_becomes_the_user_for_good_and_others_cannot) {
    auto who = find_identity("nobody", "");
    if (::geteuid() != 0) {
        ASSERT_FALSE(who);
        EXPECT_EQ(who.failure().status, WP_DENIED);
        return;
    }
    ASSERT_TRUE(who);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool done = static_cast<bool>(assume(*who));
        const bool kept = done && ::getuid() == who->user && ::getegid() == who->group &&
                          ::setuid(0) != 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
        ::_exit(kept ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

} // namespace
} // namespace waypost::kernel::helper
