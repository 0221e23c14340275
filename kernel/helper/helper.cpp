// SPDX-License-Identifier: Apache-2.0
#include "helper/helper.hpp"

#include "helper/endpoint.hpp"
#include "helper/filter.hpp"
#include "helper/passing.hpp"
#include "helper/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace waypost::kernel::helper {
namespace {

constexpr std::uint32_t listen_backlog = 4096;

// Signals for the whole process group (Ctrl-C, systemd's stop) are the main process's business: the
// helper stays until the drain is over, and leaves when its socket closes.
void ignore_group_signals() noexcept {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGQUIT}) {
        std::signal(number, SIG_IGN);
    }
}

void close_others(int kept, std::span<const int> also) noexcept {
    std::array<int, max_directories + 1> keep{};
    std::size_t count = 0;
    keep[count++] = kept;
    for (const int fd : also) {
        if (fd >= 0) {
            keep[count++] = fd;
        }
    }
    std::sort(keep.begin(), keep.begin() + static_cast<std::ptrdiff_t>(count));
    unsigned first = STDERR_FILENO + 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto fd = static_cast<unsigned>(keep[i]);
        if (fd > first) {
            ::close_range(first, fd - 1, 0);
        }
        first = fd + 1;
    }
    ::close_range(first, ~0U, 0);
}

[[noreturn]] void run_helper(int socket, pid_t parent, std::span<const int> directories) noexcept {
    ::prctl(PR_SET_NAME, "waypost-helper", 0, 0, 0);
    ignore_group_signals();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != parent) {
        ::_exit(0);
    }
    close_others(socket, directories);
    if (keep_two_capabilities() != 0 || load_filter() != 0) {
        ::_exit(1);
    }
    serve(socket, directories);
    ::_exit(0);
}

std::vector<int> open_directories(const std::vector<std::filesystem::path>& paths) {
    std::vector<int> fds;
    for (const auto& path : paths) {
        fds.push_back(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    return fds;
}

void close_all(const std::vector<int>& fds) noexcept {
    for (const int fd : fds) {
        if (fd >= 0) {
            ::close(fd);
        }
    }
}

error helper_gone() {
    return {WP_TEMPFAIL,
            "the helper process is gone, and with it the right to bind ports and to open keys; "
            "restart the daemon"};
}

std::string reason(int number) {
    return std::strerror(number);
}

error listen_failure(std::string_view endpoint, int number) {
    if (number == EPERM) {
        return {WP_DENIED,
                fmt::format("cannot listen on {}: the helper opens no port below 1024 but those of "
                            "mail services; use another port",
                            endpoint)};
    }
    if (number == EACCES) {
        return {
            WP_DENIED,
            fmt::format("cannot listen on {}: ports below 1024 need the daemon to be started as "
                        "root or with CAP_NET_BIND_SERVICE",
                        endpoint)};
    }
    const std::string_view hint =
        number == EADDRINUSE ? "; stop the other program (ss -ltnp shows it) or use another port"
                             : "";
    return {WP_TEMPFAIL, fmt::format("cannot listen on {}: {}{}", endpoint, reason(number), hint)};
}

} // namespace

result<std::unique_ptr<client>>
client::start(const std::vector<std::filesystem::path>& directories) {
    if (directories.size() > max_directories) {
        return error{WP_INVALID,
                     fmt::format("the helper takes at most {} directories", max_directories)};
    }
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return error{WP_TEMPFAIL, "cannot make the helper's socket: " + reason(errno)};
    }
    const std::vector<int> fds = open_directories(directories);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
        run_helper(pair[1], parent, fds);
    }
    const int fork_error = errno;
    close_all(fds);
    ::close(pair[1]);
    if (pid < 0) {
        ::close(pair[0]);
        return error{WP_TEMPFAIL, "cannot start the helper process: " + reason(fork_error)};
    }
    std::unique_ptr<client> made(new client(pair[0], pid));
    // The first answer proves that the filter is in place and fits.
    if (auto counted = made->count(); !counted) {
        return error{WP_TEMPFAIL,
                     "the helper process did not start (does this kernel allow seccomp filters?)"};
    }
    return made;
}

client::~client() {
    ::close(socket_);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

result<int> client::exchange(void* request, std::size_t size, reply& answer) {
    const std::lock_guard lock(mutex_);
    auto* header = static_cast<request_header*>(request);
    header->magic = protocol_magic;
    header->size = static_cast<std::uint32_t>(size);
    header->sequence = ++sequence_;
    if (send_packet(socket_, request, size, -1) != 0) {
        return helper_gone();
    }
    const packet got = receive_packet(socket_, &answer, sizeof answer, true);
    if (got.size != static_cast<ssize_t>(sizeof answer) || answer.sequence != sequence_) {
        if (got.fd >= 0) {
            ::close(got.fd);
        }
        return helper_gone();
    }
    return got.fd;
}

result<int> client::listen_tcp(std::string_view endpoint) {
    auto request = parse_endpoint(endpoint);
    if (!request) {
        return request.failure();
    }
    request->header.id = request_id::bind;
    request->backlog = listen_backlog;
    reply answer{};
    auto fd = exchange(&*request, sizeof *request, answer);
    if (fd && answer.error == EAFNOSUPPORT && endpoint.starts_with('*')) {
        request->family = AF_INET; // a machine without IPv6
        fd = exchange(&*request, sizeof *request, answer);
    }
    if (!fd || answer.error == 0) {
        return fd;
    }
    return listen_failure(endpoint, answer.error);
}

result<int> client::open_file(std::uint32_t directory, std::string_view name) {
    open_request request{};
    if (name.empty() || name.size() >= max_name || name.find('\0') != std::string_view::npos) {
        return error{WP_INVALID,
                     fmt::format("a file name for the helper has 1 to {} bytes", max_name - 1)};
    }
    request.header.id = request_id::open_file;
    request.directory = directory;
    std::memcpy(request.name, name.data(), name.size());
    reply answer{};
    auto fd = exchange(&request, sizeof request, answer);
    if (!fd || answer.error == 0) {
        return fd;
    }
    const wp_status status = answer.error == ENOENT ? WP_NOT_FOUND : WP_DENIED;
    return error{status, fmt::format("cannot open {}: {}", name, reason(answer.error))};
}

result<counters> client::count() {
    counters_request request{};
    request.header.id = request_id::counters;
    reply answer{};
    if (auto done = exchange(&request, sizeof request, answer); !done) {
        return done.failure();
    }
    return counters{answer.served, answer.refused};
}

result<int> client::send_raw(const void* data, std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (send_packet(socket_, data, size, -1) != 0) {
        return helper_gone();
    }
    reply answer{};
    const packet got = receive_packet(socket_, &answer, sizeof answer, true);
    return got.size == static_cast<ssize_t>(sizeof answer) ? result<int>(answer.error)
                                                           : helper_gone();
}

} // namespace waypost::kernel::helper
