// SPDX-License-Identifier: Apache-2.0
#include "tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>

namespace waypost::net {

tls_stream::tls_stream(std::shared_ptr<const tls_context> context, int fd,
                       const std::string& server_name)
    : context_(std::move(context)), ssl_(context_->new_stream()) {
    if (ssl_ == nullptr || SSL_set_fd(ssl_, fd) != 1) {
        SSL_free(ssl_);
        throw std::bad_alloc();
    }
    if (!context_->is_client()) {
        SSL_set_accept_state(ssl_);
        return;
    }
    SSL_set_connect_state(ssl_);
    if (server_name.empty())
        return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" // OpenSSL's macro
    SSL_set_tlsext_host_name(ssl_, server_name.c_str());
#pragma GCC diagnostic pop
    if (context_->verifies())
        SSL_set1_host(ssl_, server_name.c_str());
}

tls_stream::~tls_stream() {
    SSL_free(ssl_);
}

tls_stream::outcome tls_stream::explain(int result) const {
    switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
        return {state::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
        return {state::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
        return {state::end, 0};
    default:
        return {state::failed, 0};
    }
}

tls_stream::outcome tls_stream::handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    return result == 1 ? outcome{} : explain(result);
}

tls_stream::outcome tls_stream::read(std::span<char> to) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, to.data(), to.size(), &bytes);
    return result == 1 ? outcome{state::ok, bytes} : explain(result);
}

tls_stream::outcome tls_stream::write(std::string_view from) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_, from.data(), from.size(), &bytes);
    return result == 1 ? outcome{state::ok, bytes} : explain(result);
}

void tls_stream::say_goodbye() noexcept {
    if (SSL_is_init_finished(ssl_) != 1)
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
}

tls_info tls_stream::info() const {
    tls_info out;
    out.version = SSL_get_version(ssl_);
    if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_)) {
        out.cipher = SSL_CIPHER_get_name(cipher);
        out.bits = SSL_CIPHER_get_bits(cipher, nullptr);
    }
    if (const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name))
        out.server_name = name;
    return out;
}

bool tls_stream::export_keying_material(std::string_view label,
                                        std::span<unsigned char> out) const {
    return SSL_export_keying_material(ssl_, out.data(), out.size(), label.data(), label.size(),
                                      nullptr, 0, 0) == 1;
}

} // namespace waypost::net
