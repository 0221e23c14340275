// SPDX-License-Identifier: Apache-2.0
// One TLS connection over a non-blocking descriptor. OpenSSL reads and writes the descriptor
// itself, and gives its record buffers back while they are empty (SSL_MODE_RELEASE_BUFFERS).
#pragma once

#include <waypost/net/connection.hpp>
#include <waypost/net/tls_context.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace waypost::net {

/// *strand*
class tls_stream {
public:
    enum class state { ok, want_read, want_write, end, failed };
    struct outcome {
        state what = state::ok;
        std::size_t bytes = 0;
    };

    /// `server_name`: of a client, whom it wants to talk to (SNI, and the name in the certificate).
    tls_stream(std::shared_ptr<const tls_context> context, int fd, const std::string& server_name);
    ~tls_stream();
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;

    outcome handshake();
    outcome read(std::span<char> to);
    /// After want_write the same octets must come again, more may follow.
    outcome write(std::string_view from);
    /// Sends close_notify when it can.
    void say_goodbye() noexcept;

    tls_info info() const;
    bool export_keying_material(std::string_view label, std::span<unsigned char> out) const;

private:
    outcome explain(int result) const;

    std::shared_ptr<const tls_context> context_; // the SNI callback points there
    ssl_st* ssl_;
};

} // namespace waypost::net
