// SPDX-License-Identifier: Apache-2.0
// A connection and the session on it: the callback state machine every line protocol is written as.
//
// A session is called on one io thread only, never re-entered. While a peer is silent its
// connection waits for readability and holds no buffer. What a session writes while it handles
// input goes out in one send when the callback returns, so that a pipelined batch of commands costs
// one system call.
//
// Work that ends elsewhere (a commit) follows this way: pause(), give a completion (completion.hpp)
// away, and resume() when it arrives. References keep connection and session alive until the last
// completion came.
#pragma once

#include <waypost/net/address.hpp>

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace waypost::net {

class connection;
class tls_context;

enum class close_reason : std::uint8_t {
    local,     // the session closed it
    peer,      // the peer closed it, or end of input
    error,     // of the socket
    timeout,   // nothing came in time, and the session did not say otherwise
    tls,       // the handshake failed, or a record was broken
    overflow,  // the session did not consume a full buffer
    injection, // bytes in the clear after the command that starts TLS
    fault,     // the session threw: a bug
    shutdown   // the pool stops
};

/// What a protocol implements. *strand*: all calls come on the connection's io thread, one at a
/// time.
class session {
public:
    virtual ~session() = default;

    /// First call. With implicit TLS: after the handshake.
    virtual void on_open() = 0;
    /// Handles what it can of `input` and returns how many octets that was. The rest comes again,
    /// with more behind it, or after resume(). Stop early when the connection is paused, finishing
    /// or output_full().
    virtual std::size_t on_data(std::string_view input) = 0;
    /// The handshake that start_tls() began is done.
    virtual void on_secured() {}
    /// expire_after() ran out. Without a call of expire_after, finish or close here the connection
    /// is closed.
    virtual void on_timeout() {}
    /// The peer sent its last octet. The connection finishes afterwards, unless paused.
    virtual void on_end_of_input() {}
    /// All output is sent; asked for by notify_when_sent().
    virtual void on_sent() {}
    /// The instance drains: say goodbye now, or after what runs.
    virtual void on_drain() {}
    /// Last call but those of post(). The connection has no socket any more.
    virtual void on_closed(close_reason) noexcept {}
};

/// Counted reference to a connection; it may be copied and dropped on any thread.
class connection_ref {
public:
    connection_ref() = default;
    explicit connection_ref(connection& target) noexcept;
    connection_ref(const connection_ref& other) noexcept;
    connection_ref(connection_ref&& other) noexcept
        : target_(std::exchange(other.target_, nullptr)) {}
    connection_ref& operator=(connection_ref other) noexcept {
        std::swap(target_, other.target_);
        return *this;
    }
    ~connection_ref();

    explicit operator bool() const noexcept { return target_ != nullptr; }
    connection& operator*() const noexcept { return *target_; }
    connection* operator->() const noexcept { return target_; }
    void reset() noexcept { *this = connection_ref(); }

private:
    connection* target_ = nullptr;
};

/// What is known about a secured connection.
struct tls_info {
    std::string_view version; // "TLSv1.3"
    std::string_view cipher;  // "TLS_AES_256_GCM_SHA384"
    int bits = 0;
    std::string_view server_name; // SNI, or empty
};

/// *strand*, but for ref() and post(), which are *thread-safe*.
class connection {
public:
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Appends to the output; a copy. After close() or finish() it does nothing.
    void write(std::string_view bytes);
    /// Appends foreign memory without copying; `keep` is released when the last octet is sent or
    /// dropped.
    void send(std::span<const iovec> pieces, std::shared_ptr<const void> keep);
    std::size_t output_size() const noexcept;
    /// More output waits than limits::output_bytes: on_data should return and will be called again.
    bool output_full() const noexcept;
    /// on_sent() is called once when all output is sent.
    void notify_when_sent();

    /// No on_data until resume(). Nestable it is not: one resume() undoes any number of pause().
    void pause() noexcept;
    void resume() noexcept;
    bool is_paused() const noexcept;

    /// Starts TLS after what is written has been sent. `unconsumed` is how much input is left
    /// behind the command that asked for it. RFC 3207 s6, CVE-2011-0411: when there is any, nothing
    /// is started, false is returned, and the session must refuse and finish(); input that arrives
    /// later is read as TLS and nothing else.
    /// With a client's context, `server_name` is whom we want to talk to.
    [[nodiscard]] bool start_tls(std::shared_ptr<const tls_context> context, std::size_t unconsumed,
                                 std::string_view server_name = {});
    bool is_secure() const noexcept;
    tls_info tls() const;
    /// RFC 9266 tls-exporter and the like. False without TLS.
    bool export_keying_material(std::string_view label, std::span<unsigned char> out) const;

    /// on_timeout() after that long without another call of expire_after() or progress of the
    /// output; zero: never.
    void expire_after(std::chrono::seconds time) noexcept;
    /// The same, however much of the output the peer takes meanwhile: a limit for slow ones.
    void expire_at_last_after(std::chrono::seconds time) noexcept;
    /// Sends what is written, then closes. No more on_data.
    void finish() noexcept;
    /// Closes now; output not sent is dropped.
    void close(close_reason reason = close_reason::local) noexcept;
    bool is_open() const noexcept;
    bool is_finishing() const noexcept;

    const address& remote() const noexcept;
    address local() const;
    /// Which io thread this connection lives on, from 0.
    std::size_t thread_index() const noexcept;

    connection_ref ref() noexcept { return connection_ref(*this); }
    /// Calls `fn(session, arg)` on the io thread, also after the connection closed. Many posts cost
    /// one wake-up.
    void post(void (*fn)(session&, void*), void* arg);

protected:
    connection() = default;
    ~connection() = default;
};

/// Makes the session of a new connection. Called on the io thread; the connection outlives the
/// session.
using session_factory = std::function<std::unique_ptr<session>(connection&)>;

} // namespace waypost::net
