// SPDX-License-Identifier: Apache-2.0
// A process is killed at each point of writing and folding; what it acknowledged is there
// afterwards.
#include "fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace waypost;
using namespace waypost::ldif;
using namespace waypost::ldif::test;

#ifdef WAYPOST_FAULTS

class crash_test : public folder_test, public testing::WithParamInterface<std::string> {
protected:
    // Adds users with small folds until the kill; tells each acknowledged one through the pipe.
    [[noreturn]] void child(int acknowledged) const {
        ::setenv("WAYPOST_CRASH_AT", GetParam().c_str(), 1);
        auto how = with();
        how.fold_after = 1024;
        directory one(how, {});
        if (!one.start())
            ::_exit(2);
        for (int i = 0; i < 20000; ++i) { // the fold runs beside it: no fixed number is enough
            if (!add_user(one, "u" + std::to_string(i)))
                ::_exit(3);
            if (::write(acknowledged, "x", 1) != 1)
                ::_exit(4);
        }
        ::_exit(0);
    }
};

TEST_P(crash_test, loses_nothing_that_was_acknowledged) {
    put(small_site);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto process = ::fork();
    ASSERT_GE(process, 0);
    if (process == 0)
        child(ends[1]);
    ::close(ends[1]);
    std::size_t acknowledged = 0;
    for (char byte = 0; ::read(ends[0], &byte, 1) == 1;)
        ++acknowledged;
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(process, &status, 0), process);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the point was not reached: " << WEXITSTATUS(status);

    for (int again = 0; again < 2; ++again) {
        directory one(with(), {});
        const auto ok = one.start();
        ASSERT_TRUE(ok) << ok.failure().text;
        // One more may have been written without its acknowledgement.
        EXPECT_GE(one.size(), acknowledged + 2);
        EXPECT_LE(one.size(), acknowledged + 3);
    }
}

INSTANTIATE_TEST_SUITE_P(points, crash_test,
                         testing::Values("ldif.append.written:1", "ldif.append.written:7",
                                         "ldif.append.flushed:1", "ldif.append.flushed:9",
                                         "ldif.fold.written:1", "ldif.fold.flushed:1",
                                         "ldif.fold.marked:1", "ldif.fold.renamed:1",
                                         "ldif.fold.renamed:3", "ldif.fold.durable:1",
                                         "ldif.fold.durable:2", "ldif.fold.emptied:1"),
                         [](const auto& of) {
                             std::string name = of.param;
                             for (auto& c : name)
                                 if (c == '.' || c == ':')
                                     c = '_';
                             return name;
                         });

#endif

class storage_test : public folder_test {};

TEST_F(storage_test, does_not_fold_over_an_editors_change) {
    put(small_site);
    storage one(file, {""}, {});
    auto content = one.read();
    ASSERT_TRUE(content);
    put("dn: o=x\nobjectClass: organization\ndescription: mine\n");
    const auto ok = one.fold(content->entries);
    ASSERT_FALSE(ok);
    EXPECT_EQ(ok.failure().status, WP_CONFLICT);
    EXPECT_NE(get().find("mine"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(file + ".new"));
}

TEST_F(storage_test, ignores_a_torn_change_and_cuts_it_before_the_next) {
    put(small_site);
    const std::string bob = "dn: uid=bob,o=x\nchangetype: add\nobjectClass: top\n\n";
    {
        storage one(file, {""}, {});
        ASSERT_TRUE(one.read());
        ASSERT_TRUE(one.append(bob));
    }
    put(get("directory.ldif.changes") + "dn: uid=cat,o=x\nchangetype: ad",
        "directory.ldif.changes");
    storage again(file, {""}, {});
    auto content = again.read();
    ASSERT_TRUE(content);
    EXPECT_EQ(content->entries.size(), 3U);
    ASSERT_TRUE(again.append("dn: uid=bob,o=x\nchangetype: delete\n\n"));
    storage last(file, {""}, {});
    auto now = last.read();
    ASSERT_TRUE(now) << now.failure().text;
    EXPECT_EQ(now->entries.size(), 2U);
}

} // namespace
