// SPDX-License-Identifier: Apache-2.0
// A real helper process behind its real filter.
#include "helper/helper.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace waypost::kernel::helper {
namespace {

namespace fs = std::filesystem;

class helper_process : public testing::Test {
protected:
    helper_process() {
        std::string pattern = (fs::temp_directory_path() / "helper-test-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        fs::create_directories(folder_ / "keys/inner");
        std::ofstream(folder_ / "keys/server.key") << "secret";
        std::ofstream(folder_ / "outside") << "elsewhere";
        fs::create_symlink("server.key", folder_ / "keys/current");
        fs::create_symlink("../outside", folder_ / "keys/out");
        fs::create_symlink(folder_ / "outside", folder_ / "keys/far");
        ::mkfifo((folder_ / "keys/pipe").c_str(), 0600);
        auto started = client::start({folder_ / "keys", folder_ / "missing"});
        EXPECT_TRUE(started);
        helper_ = std::move(started).value();
    }
    ~helper_process() override {
        helper_.reset();
        fs::remove_all(folder_);
    }

    fs::path folder_;
    std::unique_ptr<client> helper_;
};

std::uint16_t port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
}

TEST_F(helper_process, binds_a_port_that_takes_connections) {
    auto fd = helper_->listen_tcp("127.0.0.1:0");
    ASSERT_TRUE(fd);
    const std::uint16_t port = port_of(*fd);
    ASSERT_NE(port, 0);
    EXPECT_NE(::fcntl(*fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(*fd, F_GETFD) & FD_CLOEXEC, 0);

    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(peer);
    ::close(*fd);
}

TEST_F(helper_process, says_when_a_port_is_taken) {
    auto first = helper_->listen_tcp("127.0.0.1:0");
    ASSERT_TRUE(first);
    auto second = helper_->listen_tcp("127.0.0.1:" + std::to_string(port_of(*first)));
    ASSERT_FALSE(second);
    EXPECT_NE(second.failure().text.find("ss -ltnp"), std::string::npos) << second.failure().text;
    ::close(*first);
}

TEST_F(helper_process, opens_no_low_port_of_another_service) {
    auto fd = helper_->listen_tcp("127.0.0.1:22");
    ASSERT_FALSE(fd);
    EXPECT_EQ(fd.failure().status, WP_DENIED);
    EXPECT_EQ(helper_->count()->refused, 1U);
}

TEST_F(helper_process, opens_files_beneath_a_registered_directory_only_for_reading) {
    for (const std::string_view name : {"server.key", "current", "inner/../server.key"}) {
        auto fd = helper_->open_file(0, name);
        ASSERT_TRUE(fd) << name << ": " << fd.failure().text;
        char text[16] = {};
        EXPECT_EQ(::read(*fd, text, sizeof text), 6) << name;
        EXPECT_LT(::write(*fd, "x", 1), 0);
        ::close(*fd);
    }
}

TEST_F(helper_process, refuses_every_way_out_of_the_directory) {
    const std::string absolute = (folder_ / "keys/server.key").string();
    for (const std::string_view name :
         {std::string_view("../outside"), std::string_view("out"), std::string_view("far"),
          std::string_view("inner/../../outside"), std::string_view("/etc/passwd"),
          std::string_view(absolute), std::string_view("inner"), std::string_view("pipe")}) {
        auto fd = helper_->open_file(0, name);
        ASSERT_FALSE(fd) << name;
        EXPECT_EQ(fd.failure().status, WP_DENIED) << name;
    }
    EXPECT_EQ(helper_->count()->refused, 8U);
}

TEST_F(helper_process, tells_a_missing_file_from_a_refused_one) {
    auto fd = helper_->open_file(0, "nothing");
    ASSERT_FALSE(fd);
    EXPECT_EQ(fd.failure().status, WP_NOT_FOUND);
    EXPECT_FALSE(helper_->open_file(1, "server.key"));
    EXPECT_FALSE(helper_->open_file(7, "server.key"));
    EXPECT_FALSE(helper_->open_file(0, std::string(max_name, 'x')));
}

TEST_F(helper_process, refuses_and_counts_malformed_requests_and_goes_on) {
    bind_request request{};
    request.header = {protocol_magic, request_id::bind, sizeof request, 1};
    request.family = AF_INET;
    request.backlog = 16;
    std::uint64_t refused = 0;
    const auto refuses = [&](const void* data, std::size_t size, int expected) {
        auto answer = helper_->send_raw(data, size);
        ASSERT_TRUE(answer);
        EXPECT_EQ(*answer, expected);
        ++refused;
    };
    refuses("x", 1, EBADMSG);
    refuses(&request, sizeof request - 1, EBADMSG);
    refuses(std::string(4096, 'A').data(), 4096, EBADMSG);
    auto wrong = request;
    wrong.header.magic = 0;
    refuses(&wrong, sizeof wrong, EBADMSG);
    wrong = request;
    wrong.header.id = request_id::open_file;
    refuses(&wrong, sizeof wrong, EBADMSG);
    wrong.header.id = static_cast<request_id>(99);
    refuses(&wrong, sizeof wrong, ENOSYS);
    wrong.header.id = request_id::run_program;
    refuses(&wrong, sizeof wrong, ENOSYS);
    wrong = request;
    wrong.family = AF_UNIX;
    refuses(&wrong, sizeof wrong, EAFNOSUPPORT);
    wrong = request;
    wrong.reserved = 1;
    refuses(&wrong, sizeof wrong, EINVAL);
    open_request open{};
    open.header = {protocol_magic, request_id::open_file, sizeof open, 1};
    std::memset(open.name, 'x', sizeof open.name); // not terminated
    refuses(&open, sizeof open, EINVAL);
    EXPECT_EQ(helper_->count()->refused, refused);
    auto fd = helper_->listen_tcp("127.0.0.1:0");
    ASSERT_TRUE(fd);
    ::close(*fd);
}

TEST_F(helper_process, outlives_signals_to_the_process_group) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ASSERT_EQ(::kill(helper_->pid(), number), 0);
    }
    EXPECT_TRUE(helper_->count());
}

TEST_F(helper_process, is_reported_when_it_is_gone) {
    ::kill(helper_->pid(), SIGKILL);
    auto fd = helper_->listen_tcp("127.0.0.1:0");
    ASSERT_FALSE(fd);
    EXPECT_NE(fd.failure().text.find("restart the daemon"), std::string::npos);
}

} // namespace
} // namespace waypost::kernel::helper
