// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include "control/request.hpp"
#include "control/socket_path.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::cli {
namespace {

namespace fs = std::filesystem;

struct descriptor {
    int fd = -1;
    ~descriptor() {
        if (fd >= 0) {
            ::close(fd);
        }
    }
};

error cannot_reach(const fs::path& socket, int number) {
    std::string_view hint =
        "is waypostd running? `systemctl status waypost` tells; --socket or -c name another daemon";
    if (number == EACCES || number == EPERM) {
        hint = "only root and the service's user may; try sudo";
    }
    return {unreachable, fmt::format("no daemon answers at {}: {}; {}", socket.string(),
                                     std::strerror(number), hint)};
}

result<void> connect_to(const fs::path& socket, descriptor& peer) {
    auto place = control::socket_path::of(socket);
    if (!place) {
        return cannot_reach(socket, place.failure().status == WP_NOT_FOUND ? ENOENT : EACCES);
    }
    peer.fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer.fd < 0 || ::connect(peer.fd, place->address(), control::socket_path::size()) != 0) {
        return cannot_reach(socket, errno);
    }
    return {};
}

bool send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return true;
}

class lines {
public:
    explicit lines(int fd) : fd_(fd) {}
    /// False at the end.
    bool next(std::string& line) {
        for (;;) {
            if (const auto end = held_.find('\n', start_); end != std::string::npos) {
                line = held_.substr(start_, end - start_);
                start_ = end + 1;
                return true;
            }
            held_.erase(0, start_);
            start_ = 0;
            char piece[16384];
            const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                return false;
            }
            held_.append(piece, static_cast<std::size_t>(got));
        }
    }

private:
    int fd_;
    std::string held_;
    std::size_t start_ = 0;
};

result<answer> read_answer(lines& from, const fs::path& socket,
                           const std::function<void(const json&)>& row) {
    answer got;
    std::string line;
    while (from.next(line)) {
        const json part = json::parse(line, nullptr, false);
        if (part.is_object() && part.contains("row")) {
            row ? row(part["row"]) : got.rows.push_back(part["row"]);
        } else if (part.is_object() && part.value("ok", false)) {
            got.result = part.value("result", json());
            return got;
        } else if (part.is_object() && part.contains("error") && part["error"].is_object()) {
            return error{control::status_of(part["error"].value("status", "")),
                         part["error"].value("text", "the daemon refused without a reason")};
        } else {
            return error{unreachable, fmt::format("what answers at {} is not a Waypost daemon",
                                                  socket.string())};
        }
    }
    return error{unreachable,
                 "the daemon closed the connection before its answer; its log tells why"};
}

} // namespace

result<answer> ask_daemon(const fs::path& socket, const std::string& call, const json& args,
                          const std::string& as, const std::function<void(const json&)>& row,
                          bool until_closed) {
    descriptor peer;
    if (auto connected = connect_to(socket, peer); !connected) {
        return connected.failure();
    }
    json asked{{"call", call}, {"args", args}};
    if (!as.empty()) {
        asked["as"] = as;
    }
    std::string request = asked.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    const bool sent = send_all(peer.fd, request);
    ::explicit_bzero(request.data(), request.size());
    if (!sent) {
        return cannot_reach(socket, errno);
    }
    lines from(peer.fd);
    auto got = read_answer(from, socket, row);
    for (std::string rest; got && until_closed && from.next(rest);) {
    }
    return got;
}

} // namespace waypost::kernel::cli
