// SPDX-License-Identifier: Apache-2.0
#include "io_thread.hpp"

#include <waypost/net/listener.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::net {

/// *strand* of the accepting thread.
class listener::impl : public std::enable_shared_from_this<listener::impl> {
public:
    impl(io_pool& pool, io_thread& thread, int fd, listener_options options)
        : pool_(pool), thread_(thread), options_(std::move(options)), socket_(thread.context, fd),
          pause_(thread.context) {}

    void start() {
        thread_.at_stop([weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->close();
        });
        wait();
    }

    void wait() {
        socket_.async_wait(descriptor::wait_read,
                           [self = shared_from_this()](const error_code& failure) {
                               if (!failure)
                                   self->accept_some();
                           });
    }

    void close() {
        closed_ = true;
        error_code ignored;
        socket_.close(ignored);
        pause_.cancel();
    }

    io_thread& thread() { return thread_; }

private:
    void accept_some() {
        for (int turns = 0; turns < limits::accepts_in_a_row && !closed_; ++turns) {
            sockaddr_storage from{};
            socklen_t size = sizeof from;
            const int fd = ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&from),
                                     &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0)
                take(fd, address::from(reinterpret_cast<const sockaddr*>(&from)));
            else if (errno == EAGAIN || errno == EWOULDBLOCK)
                break;
            else if (is_exhaustion(errno))
                return pause(errno);
            // Anything else concerns one connection that is gone already (accept(2), "Error
            // handling").
        }
        if (!closed_)
            wait();
    }

    static bool is_exhaustion(int number) {
        return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
    }

    void pause(int number) {
        if (options_.on_accept_error)
            options_.on_accept_error(number);
        pause_.expires_after(limits::accept_pause);
        pause_.async_wait([self = shared_from_this()](const error_code& failure) {
            if (!failure && !self->closed_)
                self->accept_some();
        });
    }

    void take(int fd, const address& peer) {
        if (options_.limits) {
            const auto verdict = options_.limits->enter(peer);
            if (verdict != admission::verdict::admitted)
                return refuse(fd, peer, verdict);
        }
        connection_options options{options_.make_session, options_.implicit_tls, options_.limits,
                                   peer};
        io_thread& to = pool_.next(&thread_);
        to.load.fetch_add(1);
        to.run_on(
            [&to, fd, moved = std::move(options)]() mutable { to.open(fd, std::move(moved)); });
    }

    void refuse(int fd, const address& peer, admission::verdict why) {
        if (options_.on_refused) {
            const std::string text = options_.on_refused(peer, why);
            // One line fits any fresh socket's buffer; a peer in TLS would not understand it.
            if (!options_.implicit_tls)
                (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        ::close(fd);
    }

    io_pool& pool_;
    io_thread& thread_;
    listener_options options_;
    descriptor socket_;
    asio::steady_timer pause_;
    bool closed_ = false;
};

listener::listener(std::shared_ptr<impl> inside, address local)
    : impl_(std::move(inside)), local_(local) {}

result<std::unique_ptr<listener>> listener::adopt(io_pool& pool, int fd, listener_options options,
                                                  std::size_t thread) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
        ::close(fd);
        return error(WP_INVALID,
                     "cannot accept connections: the descriptor is not a listening socket");
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted sockets inherit it
    const address local = address::local_of(fd);
    io_thread& on_thread = pool.at(thread % pool.threads());
    auto inside = std::make_shared<impl>(pool, on_thread, fd, std::move(options));
    asio::post(on_thread.context, [inside] { inside->start(); });
    return std::unique_ptr<listener>(new listener(std::move(inside), local));
}

listener::~listener() {
    close();
}

void listener::close() {
    if (auto inside = std::exchange(impl_, nullptr))
        inside->thread().run_on([inside] { inside->close(); });
}

} // namespace waypost::net
