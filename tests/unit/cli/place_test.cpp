// SPDX-License-Identifier: Apache-2.0
#include "cli/place.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace waypost::kernel::cli {
namespace {

namespace fs = std::filesystem;

TEST(place, is_the_socket_option_first) {
    EXPECT_EQ(*find_socket("/tmp/s", "/nowhere.toml"), "/tmp/s");
}

TEST(place, is_where_the_configuration_says) {
    const fs::path file =
        fs::temp_directory_path() / ("place-test-" + std::to_string(::getpid()) + ".toml");
    std::ofstream(file) << "[site]\nstate = \"state\"\ncontrol = \"control\"\n";
    EXPECT_EQ(*find_socket("", file.string()), file.parent_path() / "state/control");
    std::ofstream(file) << "[site]\ncontrol = \"/run/elsewhere\"\n";
    EXPECT_EQ(*find_socket("", file.string()), "/run/elsewhere");
    std::ofstream(file) << "[site\n";
    EXPECT_FALSE(find_socket("", file.string()));
    fs::remove(file);
    EXPECT_FALSE(find_socket("", file.string()));
}

} // namespace
} // namespace waypost::kernel::cli
