// SPDX-License-Identifier: Apache-2.0
// The server on a real socket in a temporary folder.
#include "control/server.hpp"
#include "control/socket_path.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace waypost::kernel::control {
namespace {

namespace fs = std::filesystem;

class client {
public:
    explicit client(const fs::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        auto place = socket_path::of(path);
        EXPECT_TRUE(place);
        EXPECT_EQ(::connect(fd_, place->address(), socket_path::size()), 0);
    }
    ~client() { ::close(fd_); }
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void send(std::string_view text) const {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    void end_input() const { ::shutdown(fd_, SHUT_WR); }
    /// The next line, or empty at the end.
    std::string line() {
        for (;;) {
            if (const auto end = held_.find('\n'); end != std::string::npos) {
                std::string one = held_.substr(0, end);
                held_.erase(0, end + 1);
                return one;
            }
            char piece[4096];
            const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
            if (got <= 0) {
                return {};
            }
            held_.append(piece, static_cast<std::size_t>(got));
        }
    }

private:
    int fd_;
    std::string held_;
};

class control_server : public testing::Test {
protected:
    control_server() {
        std::string pattern = (fs::temp_directory_path() / "control-test-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        options_.path = folder_ / "control";
        options_.service_user = ::geteuid();
        calls_.add("echo", right::read_status,
                   [](const json& args, const row_sink&) -> result<json> { return args; });
        calls_.add("count", right::read_status,
                   [](const json& args, const row_sink& rows) -> result<json> {
                       const int end = args.value("to", 0);
                       int sent = 0;
                       while (sent < end && rows({{"n", sent}})) {
                           ++sent;
                       }
                       return json{{"sent", sent}};
                   });
    }
    ~control_server() override {
        server_.reset();
        fs::remove_all(folder_);
    }
    void start() {
        auto opened = server::open(options_, calls_);
        ASSERT_TRUE(opened) << opened.failure().text;
        server_ = std::move(*opened);
        server_->start();
    }

    fs::path folder_;
    server_options options_;
    table calls_;
    std::unique_ptr<server> server_;
};

TEST_F(control_server, answers_requests_in_order_also_when_sent_together) {
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"echo\",\"args\":{\"n\":1}}\n{\"call\":\"echo\",\"args\":{\"n\":2}}\n{"
              "\"call\"");
    peer.send(":\"echo\",\"args\":{\"n\":3}}\n");
    for (int n = 1; n <= 3; ++n) {
        EXPECT_EQ(json::parse(peer.line())["result"]["n"], n);
    }
}

TEST_F(control_server, answers_a_client_that_ended_its_side) {
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"echo\",\"args\":{\"n\":1}}\n");
    peer.end_input();
    EXPECT_EQ(json::parse(peer.line())["ok"], true);
    EXPECT_EQ(peer.line(), "");
}

TEST_F(control_server, socket_is_for_owner_and_group_only) {
    start();
    struct stat facts {};
    ASSERT_EQ(::stat(options_.path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0660U);
}

TEST_F(control_server, streams_more_rows_than_it_holds) {
    options_.limit.output_bytes = 4096;
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"count\",\"args\":{\"to\":20000}}\n");
    int rows = 0;
    std::string line = peer.line();
    while (json::parse(line).contains("row")) {
        ++rows;
        line = peer.line();
    }
    EXPECT_EQ(rows, 20000);
    EXPECT_EQ(json::parse(line)["result"]["sent"], 20000);
}

TEST_F(control_server, gives_up_on_a_client_that_does_not_read_and_serves_others) {
    options_.limit.output_bytes = 4096;
    options_.limit.write = std::chrono::milliseconds(200);
    options_.limit.workers = 1;
    start();
    client deaf(options_.path);
    deaf.send("{\"call\":\"count\",\"args\":{\"to\":100000000}}\n");
    client peer(options_.path);
    peer.send("{\"call\":\"echo\"}\n");
    EXPECT_EQ(json::parse(peer.line())["ok"], true);
}

TEST_F(control_server, stops_the_handler_of_a_client_that_went_away) {
    options_.limit.output_bytes = 4096;
    options_.limit.workers = 1;
    start();
    {
        client gone(options_.path);
        gone.send("{\"call\":\"count\",\"args\":{\"to\":100000000}}\n");
        gone.line();
    }
    client peer(options_.path);
    peer.send("{\"call\":\"echo\"}\n");
    EXPECT_EQ(json::parse(peer.line())["ok"], true);
}

TEST_F(control_server, refuses_a_request_over_the_limit_and_closes) {
    options_.limit.request_bytes = 1000;
    start();
    client peer(options_.path);
    peer.send(std::string(2000, 'x'));
    EXPECT_EQ(json::parse(peer.line())["error"]["status"], "invalid");
    EXPECT_EQ(peer.line(), "");
}

TEST_F(control_server, closes_a_request_that_never_ends) {
    options_.limit.request = std::chrono::milliseconds(50);
    start();
    client peer(options_.path);
    peer.send("{\"call\"");
    EXPECT_EQ(peer.line(), "");
}

TEST_F(control_server, lets_further_clients_wait_for_a_free_place) {
    options_.limit.connections = 1;
    start();
    auto first = std::make_unique<client>(options_.path);
    first->send("{\"call\":\"echo\"}\n");
    first->line();
    client second(options_.path);
    second.send("{\"call\":\"echo\"}\n");
    first.reset();
    EXPECT_EQ(json::parse(second.line())["ok"], true);
}

TEST_F(control_server, denies_everybody_but_root_and_its_own_user) {
    if (::geteuid() == 0) {
        options_.service_user = 1;
        start();
        client root(options_.path);
        root.send("{\"call\":\"echo\"}\n");
        EXPECT_EQ(json::parse(root.line())["ok"], true);
        return;
    }
    options_.service_user = ::geteuid() + 1;
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"echo\"}\n");
    EXPECT_EQ(json::parse(peer.line())["error"]["status"], "denied");
}

TEST_F(control_server, replaces_a_stale_socket_and_never_a_file) {
    start();
    server_.reset();
    EXPECT_FALSE(fs::exists(options_.path));
    const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
    auto place = socket_path::of(options_.path);
    ASSERT_EQ(::bind(stale, place->address(), socket_path::size()), 0);
    ::close(stale);
    start();
    server_.reset();
    std::ofstream(options_.path) << "mine";
    auto opened = server::open(options_, calls_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(fs::file_size(options_.path), 4U);
}

TEST_F(control_server, takes_paths_longer_than_a_socket_address) {
    options_.path = folder_ / std::string(120, 'd') / "control";
    fs::create_directories(options_.path.parent_path());
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"echo\"}\n");
    EXPECT_EQ(json::parse(peer.line())["ok"], true);
}

TEST_F(control_server, sends_the_running_answer_before_it_stops) {
    std::promise<void> entered;
    std::promise<void> go;
    calls_.add("slow", right::read_status, [&](const json&, const row_sink&) -> result<json> {
        entered.set_value();
        go.get_future().wait();
        return json("done");
    });
    start();
    client peer(options_.path);
    peer.send("{\"call\":\"slow\"}\n");
    entered.get_future().wait();
    auto stopped = std::async(std::launch::async, [&] { server_->stop(); });
    go.set_value();
    EXPECT_EQ(json::parse(peer.line())["result"], "done");
    EXPECT_EQ(peer.line(), "");
    stopped.wait();
}

} // namespace
} // namespace waypost::kernel::control
