// SPDX-License-Identifier: Apache-2.0
// The inside of a connection. Files: connection.cpp (life, public face), connection_input.cpp,
// connection_output.cpp, connection_tls.cpp.
//
// Every event enters through enter(), which catches what the session throws and then settles:
// delivers held input, sends output, starts TLS or closes when it is time to, and arms the waits
// that are needed.
#pragma once

#include "asio.hpp"
#include "io_thread.hpp"
#include "output_queue.hpp"
#include "timer_wheel.hpp"
#include "tls_stream.hpp"

#include <waypost/net/connection.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>

namespace waypost::net {

class connection_impl final : public connection, public timer_entry {
public:
    static void open(io_thread& thread, int fd, connection_options options);

    void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop_reference() noexcept;

    void deliver_post(void (*fn)(session&, void*), void* arg);
    void expire();
    void drain();

    connection_impl* list_previous = nullptr;
    connection_impl* list_next = nullptr;

private:
    friend class connection;

    enum class stage : std::uint8_t { open, handshake, lingering, closed };

    connection_impl(io_thread& thread, int fd, connection_options& options);
    ~connection_impl();

    template <class Fn>
    void enter(Fn fn);
    void settle();
    void shut(close_reason reason) noexcept;

    // input
    struct io_result {
        std::size_t bytes = 0;
        enum { ok, would_block, end, failed } state = ok;
    };
    void on_readable(const error_code& failure);
    void read_some();
    io_result receive(char* to, std::size_t room);
    void deliver(const char* from, std::size_t size, bool from_held);
    void deliver_held();
    void hold(const char* from, std::size_t size);
    void release_held() noexcept;
    bool wants_input() const noexcept;
    void linger();
    void end_of_input();

    // output
    void on_writable(const error_code& failure);
    void flush();
    io_result transmit();
    void arm();
    void begin_finish();

    // TLS
    void begin_handshake();
    void continue_handshake();

    std::atomic<std::uint32_t> references_{1};
    stage stage_ = stage::open;
    bool is_socket_ : 1 = true;
    bool paused_ : 1 = false;
    bool finishing_ : 1 = false;
    bool redeliver_ : 1 = false; // held input may be handled now, without more of it
    bool entered_ : 1 = false;   // inside enter(): settle() follows
    bool waiting_read_ : 1 = false;
    bool waiting_write_ : 1 = false;
    bool want_write_ : 1 = false; // the socket took no more
    bool tell_sent_ : 1 = false;
    bool ended_ : 1 = false; // end of input seen
    bool read_again_ : 1 =
        false;                // octets may wait where the reactor does not see them (TLS, fairness)
    bool opened_ : 1 = false; // on_open was called
    bool timeout_set_ : 1 = false;
    bool in_list_ : 1 = false;
    bool fixed_timeout_ : 1 = false; // progress of the output does not move it
    std::uint32_t timeout_ticks_ = 0;
    std::uint32_t lingered_ = 0;
    std::shared_ptr<io_thread> thread_;
    descriptor descriptor_;
    std::unique_ptr<session> session_;
    std::unique_ptr<tls_stream> tls_;
    std::shared_ptr<const tls_context> starting_tls_;
    std::string tls_name_; // of the server, when we are its client
    std::shared_ptr<admission> admitted_by_;
    chunk* held_ = nullptr;
    output_queue output_;
    address remote_;
};

template <class Fn>
void connection_impl::enter(Fn fn) {
    if (entered_) { // a session calls its own connection: the outer call settles
        fn();
        return;
    }
    const connection_ref keep(*this);
    entered_ = true;
    try {
        fn();
        settle(); // NOLINT(clang-analyzer-cplusplus.NewDelete): `keep` holds it
    } catch (const std::exception& bug) {
        thread_->fault(bug.what());
        shut(close_reason::fault);
    }
    entered_ = false;
}

} // namespace waypost::net
