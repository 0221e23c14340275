// SPDX-License-Identifier: Apache-2.0
// The samples of the four layouts give the same routes and addresses.
#include "site.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace {

using namespace waypost::routes_directory;
using testing::Contains;
using testing::StartsWith;

class layouts : public testing::TestWithParam<std::string> {
protected:
    test::site load() {
        std::ifstream file(std::string(WAYPOST_SAMPLES) + "/" + GetParam() + ".ldif");
        return test::site(std::string(std::istreambuf_iterator<char>(file), {}));
    }
};

TEST_P(layouts, give_the_same_domains_and_addresses) {
    auto all = load();
    const auto com = all.rows("example.com");
    for (const std::string row :
         {"hosted example.com", "alias example.net -> example.com", "user ann@example.com (mail)",
          "user ann.archer@example.com (mailAlternateAddress)",
          "user postmaster@example.com (mailAlternateAddress)", "user bob@example.com (mail)",
          "user bob@example.net (mailEquivalentAddress)", "group staff@example.com (mail)"})
        EXPECT_THAT(com, Contains(StartsWith(row)));
    const auto org = all.rows("example.org");
    for (const std::string row :
         {"hosted example.org", "user ann@example.org (mail)",
          "user cat@example.org (mailAlternateAddress)",
          "forward postmaster@example.org -> ann@example.com (mailDomainReportAddress)"})
        EXPECT_THAT(org, Contains(StartsWith(row)));
    EXPECT_THAT(all.rows("example.net"),
                testing::ElementsAre(StartsWith("alias example.net -> example.com")));
}

INSTANTIATE_TEST_SUITE_P(samples, layouts,
                         testing::Values("schema1", "schema2", "labels", "organisational"),
                         [](const auto& of) { return of.param; });

} // namespace
