// SPDX-License-Identifier: Apache-2.0
#include "asio.hpp"
#include "io_thread.hpp"

#include <waypost/net/connector.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace waypost::net {

std::optional<endpoint> endpoint::tcp(std::string_view ip, std::uint16_t port) {
    endpoint out;
    const std::string text(ip);
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage_);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage_);
    if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        out.size_ = sizeof *v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        out.size_ = sizeof *v6;
    } else {
        return std::nullopt;
    }
    out.text_ = address::from(out.raw()).text_with_port();
    return out;
}

std::optional<endpoint> endpoint::local(std::string_view path) {
    endpoint out;
    auto* name = reinterpret_cast<sockaddr_un*>(&out.storage_);
    if (path.empty() || path.size() >= sizeof name->sun_path)
        return std::nullopt;
    name->sun_family = AF_UNIX;
    std::memcpy(name->sun_path, path.data(), path.size());
    out.size_ = sizeof *name;
    out.text_ = "unix:" + std::string(path);
    return out;
}

namespace {

/// *strand* of its io thread; keeps itself until it has an outcome.
class connecting : public std::enable_shared_from_this<connecting> {
public:
    connecting(io_thread& on, const endpoint& to, connection_options options,
               std::function<void(int)> failed)
        : thread_(on), to_(to), options_(std::move(options)), failed_(std::move(failed)),
          socket_(on.context), timer_(on.context) {}

    void start(std::chrono::milliseconds timeout) {
        const int fd =
            ::socket(to_.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
            return fail(errno);
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // fails on what is not TCP
        error_code assigned;
        socket_.assign(fd, assigned);
        if (assigned) {
            ::close(fd);
            return fail(assigned.value());
        }
        if (::connect(fd, to_.raw(), to_.size()) == 0)
            return succeed();
        if (errno != EINPROGRESS)
            return fail(errno);
        stopper_ = thread_.at_stop([weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->fail(ECANCELED);
        });
        timer_.expires_after(timeout);
        timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
            if (!cancelled)
                self->fail(ETIMEDOUT);
        });
        socket_.async_wait(descriptor::wait_write,
                           [self = shared_from_this()](const error_code& failure) {
                               if (!failure)
                                   self->decide();
                           });
    }

private:
    void decide() {
        int why = 0;
        socklen_t size = sizeof why;
        if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &why, &size) != 0)
            why = errno;
        why == 0 ? succeed() : fail(why);
    }

    void succeed() {
        failed_ = nullptr;
        end_waits();
        const int fd = socket_.release();
        options_.peer = address::peer_of(fd);
        thread_.load.fetch_add(1);
        thread_.open(fd, std::move(options_));
    }

    void fail(int why) {
        const auto tell = std::exchange(failed_, nullptr);
        end_waits();
        error_code ignored;
        if (socket_.is_open())
            socket_.close(ignored);
        if (tell)
            tell(why);
    }

    void end_waits() {
        timer_.cancel();
        if (const auto registered = std::exchange(stopper_, std::nullopt))
            thread_.forget(*registered);
    }

    io_thread& thread_;
    std::optional<io_thread::stop_list::iterator> stopper_;
    endpoint to_;
    connection_options options_;
    std::function<void(int)> failed_;
    descriptor socket_;
    asio::steady_timer timer_;
};

} // namespace

void connect(io_pool& pool, const endpoint& to, std::chrono::milliseconds timeout,
             connection_options options, std::function<void(int)> failed) {
    io_thread& on = pool.next();
    auto work = std::make_shared<connecting>(on, to, std::move(options), std::move(failed));
    on.run_on([work, timeout] { work->start(timeout); });
}

} // namespace waypost::net
