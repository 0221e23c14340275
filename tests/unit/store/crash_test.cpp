// SPDX-License-Identifier: Apache-2.0
// A process that is killed at a named point of the checkpoint, with the journal in a file: the next
// start sees every delivery once, and gives no UID twice (R3.1).
#include "fixture.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waypost::lmdb {
namespace {

#ifdef WAYPOST_FAULTS

class store_crash : public store_test, public testing::WithParamInterface<const char*> {
public:
    std::string log_file() const { return folder + "/journal"; }
    void use_file() {
        face.mail.reset();
        options.folder = folder + "/crashed";
        journal = std::make_unique<testkit::fake_journal>(log_file());
        restart();
    }
};
using store_crash_points = store_crash;

INSTANTIATE_TEST_SUITE_P(each, store_crash_points,
                         testing::Values("store.checkpoint.before-write:2",
                                         "store.checkpoint.before-commit:2",
                                         "store.checkpoint.after-commit:2",
                                         "store.checkpoint.before-commit:1"));

TEST_P(store_crash_points, nothing_is_lost_or_doubled) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("WAYPOST_CRASH_AT", GetParam(), 1);
        use_file();
        for (std::uint64_t i = 1; i <= 30; ++i) {
            mail(ann, i);
            if (i % 10 == 0) {
                wp_mailbox* box = open(ann);
                change(box, WP_CHANGE_EXPUNGE, {static_cast<std::uint32_t>(i - 1)});
                facet.close(&face, box);
                face.mail->checkpoint();
            }
        }
        ::_exit(1); // the point was not met
    }
    int how = 0;
    ASSERT_EQ(::waitpid(child, &how, 0), child);
    ASSERT_TRUE(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);

    use_file();
    const bool early = std::string_view(GetParam()).ends_with(":1");
    const std::uint32_t made = early ? 10 : 20;
    std::vector<std::uint32_t> expected;
    for (std::uint32_t uid = 1; uid <= made; ++uid)
        if (uid != 9 && uid != 19)
            expected.push_back(uid);
    EXPECT_EQ(uids(open(ann)), expected);
    EXPECT_EQ(deliver(delivery(ann, 1, 1)).status, WP_OK); // known key
    EXPECT_EQ(deliver(delivery(ann, 1, 99)).status, WP_OK);
    expected.push_back(made + 1);
    EXPECT_EQ(uids(open(ann)), expected);
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
    facet.usage(&face, to_abi(ann), &bytes, &messages);
    EXPECT_EQ(messages, expected.size());
    EXPECT_EQ(bytes, 10 * expected.size());
}

#endif

} // namespace
} // namespace waypost::lmdb
