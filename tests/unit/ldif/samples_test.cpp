// SPDX-License-Identifier: Apache-2.0
// The samples load, parents first (as ldapadd wants them), and their users can log in.
#include "fixture.hpp"
#include "parse/reader.hpp"
#include "password.hpp"
#include "tree/load.hpp"

#include <waypost/dn.hpp>

#include <set>

namespace {

using namespace waypost;
using namespace waypost::ldif;

class samples : public testing::TestWithParam<std::string> {
protected:
    std::string text() const {
        const std::filesystem::path folder(WAYPOST_SAMPLES);
        std::ifstream file(folder / (GetParam() + ".ldif"));
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_P(samples, load_and_hold_three_users_with_passwords) {
    const auto content = text();
    const auto all = load(content, {""}, {});
    ASSERT_TRUE(all) << all.failure().text;
    int users = 0;
    all->each([&](const entry& one) {
        const auto stored = one.values("userPassword");
        if (stored.empty())
            return;
        ++users;
        EXPECT_EQ(
            verify_password(stored[0], std::string(one.values("uid").at(0)) + "-password", false),
            WP_OK)
            << one.dn();
    });
    EXPECT_EQ(users, 3);
}

TEST_P(samples, put_parents_first) {
    const auto content = text();
    std::set<std::string, std::less<>> seen;
    reader records(content);
    for (;;) {
        auto next = records.next();
        ASSERT_TRUE(next) << next.failure().text;
        if (!*next)
            break;
        const auto name = *normalise_dn((*next)->dn);
        const auto parent = parent_dn(name);
        EXPECT_TRUE(parent.empty() || seen.contains(parent)) << name;
        seen.insert(name);
    }
}

INSTANTIATE_TEST_SUITE_P(layouts, samples,
                         testing::Values("schema1", "schema2", "labels", "organisational"),
                         [](const auto& of) { return of.param; });

} // namespace
