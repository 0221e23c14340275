// SPDX-License-Identifier: Apache-2.0
// A folder of its own with copies of fixture plugins, and a kernel side that records what is
// logged.
#pragma once

#include "host/listen_service.hpp"
#include "host/loader.hpp"
#include "host/log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace waypost::kernel::host {

class plugin_folder : public testing::Test {
protected:
    plugin_folder() {
        char pattern[] = "/tmp/waypost-sdk-XXXXXX"; // mode 0700
        folder_ = ::mkdtemp(pattern);
        ::unsetenv("WAYPOST_FIXTURE_RAN");
        add_basic_services(services_);
        listen_.add_to(services_);
    }
    ~plugin_folder() override { std::filesystem::remove_all(folder_); }

    /// A copy that only this test has: it is another file to the dynamic loader.
    std::filesystem::path copy(const std::string& name) const {
        auto to = folder_ / (name + ".so");
        std::filesystem::copy_file(std::filesystem::path(FIXTURES) / (name + ".so"), to);
        std::filesystem::permissions(to, std::filesystem::perms(0755));
        return to;
    }
    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        auto to = folder_ / name;
        std::ofstream(to, std::ios::binary) << bytes;
        return to;
    }
    static std::string read(const std::filesystem::path& from) {
        std::ifstream stream(from, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    static bool code_ran() { return std::getenv("WAYPOST_FIXTURE_RAN") != nullptr; }

    std::filesystem::path folder_;
    std::mutex lines_mutex_;
    std::vector<std::string> lines_;
    log_output log_{[this](std::int32_t, const std::string& line) {
        const std::lock_guard lock(lines_mutex_);
        lines_.push_back(line);
    }};
    listen_service listen_;
    service_registry services_;
};

} // namespace waypost::kernel::host
