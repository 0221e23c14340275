// SPDX-License-Identifier: Apache-2.0
// Upgrading a connection to TLS.
#include "connection_impl.hpp"

namespace waypost::net {

bool connection::start_tls(std::shared_ptr<const tls_context> context, std::size_t unconsumed,
                           std::string_view server_name) {
    auto& self = static_cast<connection_impl&>(*this);
    // RFC 3207 s6, CVE-2011-0411: commands sent in the clear behind STARTTLS would count as
    // secured.
    if (unconsumed != 0 || !context || self.tls_ || self.stage_ != connection_impl::stage::open)
        return false;
    self.starting_tls_ = std::move(context);
    self.tls_name_ = server_name;
    return true;
}

/// The output is sent, nothing is held: from here on OpenSSL reads the socket.
void connection_impl::begin_handshake() {
    release_held();
    redeliver_ = false;
    if (!starting_tls_)
        return shut(close_reason::tls); // implicit TLS without a certificate
    tls_ = std::make_unique<tls_stream>(std::move(starting_tls_), descriptor_.native_handle(),
                                        tls_name_);
    starting_tls_.reset();
    stage_ = stage::handshake;
    continue_handshake();
}

void connection_impl::continue_handshake() {
    const auto result = tls_->handshake();
    switch (result.what) {
    case tls_stream::state::want_read:
        return;
    case tls_stream::state::want_write:
        want_write_ = true;
        return;
    case tls_stream::state::ok:
        break;
    default:
        return shut(close_reason::tls);
    }
    stage_ = stage::open;
    read_again_ = true; // the client's first command may have come with its last handshake record
    if (opened_)
        return session_->on_secured();
    opened_ = true;
    session_->on_open();
}

} // namespace waypost::net
