// SPDX-License-Identifier: Apache-2.0
#include <waypost/ascii.hpp>
#include <waypost/net/tls_context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace waypost::net {
namespace {

// RFC 9325 s4.2, in OpenSSL's words. TLS 1.3 has only good ones.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";

std::string last_openssl_error() {
    char text[200];
    const unsigned long code = ERR_get_error();
    if (code == 0)
        return "unknown reason";
    ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return text;
}

error cannot(const char* what, const std::string& file) {
    return {WP_INVALID, std::string("cannot ") + what + " " + file + ": " + last_openssl_error() +
                            "; it must be a readable PEM file"};
}

/// RFC 6125: the DNS names a certificate is for.
std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> out;
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names != nullptr ? sk_GENERAL_NAME_num(names) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS)
            continue;
        const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
        out.push_back(fold({bytes, size}));
    }
    GENERAL_NAMES_free(names);
    return out;
}

void set_policy(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, tls12_ciphers);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1); // one read() a batch of records instead of two a record
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets need no memory here
    SSL_CTX_set_num_tickets(context, 1);
}

bool matches(const std::string& pattern, std::string_view name) {
    if (pattern.rfind("*.", 0) != 0)
        return pattern == name;
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && dot != 0 &&
           name.substr(dot) == std::string_view(pattern).substr(1);
}

} // namespace

result<std::shared_ptr<const tls_context>>
tls_context::load(std::span<const tls_certificate> files) {
    if (files.empty())
        return error(WP_INVALID, "TLS needs a certificate and a key; none is configured");
    std::shared_ptr<tls_context> out(new tls_context, [](tls_context* p) { delete p; });
    for (const tls_certificate& file : files) {
        ERR_clear_error();
        SSL_CTX* context = SSL_CTX_new(TLS_server_method());
        if (context == nullptr)
            return error(WP_TEMPFAIL, "cannot set up TLS: " + last_openssl_error());
        out->entries_.push_back({context, {}});
        set_policy(context);
        if (SSL_CTX_use_certificate_chain_file(context, file.certificate_file.c_str()) != 1)
            return cannot("read the certificate", file.certificate_file);
        if (SSL_CTX_use_PrivateKey_file(context, file.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
            return cannot("use the key", file.key_file); // also when it is another certificate's
        out->entries_.back().names = names_of(SSL_CTX_get0_certificate(context));
    }
    SSL_CTX* first = out->entries_.front().context;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" // OpenSSL's macros
    SSL_CTX_set_tlsext_servername_callback(first, &tls_context::choose);
    SSL_CTX_set_tlsext_servername_arg(first, out.get());
#pragma GCC diagnostic pop
    return std::shared_ptr<const tls_context>(std::move(out));
}

result<std::shared_ptr<const tls_context>>
tls_context::for_client(bool verify, const std::string& authority_file) {
    ERR_clear_error();
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr)
        return error(WP_TEMPFAIL, "cannot set up TLS: " + last_openssl_error());
    std::shared_ptr<tls_context> out(new tls_context, [](tls_context* p) { delete p; });
    out->entries_.push_back({context, {}});
    out->is_client_ = true;
    out->verifies_ = verify;
    set_policy(context);
    if (!verify)
        return std::shared_ptr<const tls_context>(std::move(out));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int loaded = authority_file.empty()
                           ? SSL_CTX_set_default_verify_paths(context)
                           : SSL_CTX_load_verify_file(context, authority_file.c_str());
    if (loaded != 1)
        return cannot("read the authorities in", authority_file);
    return std::shared_ptr<const tls_context>(std::move(out));
}

tls_context::~tls_context() {
    for (const entry& each : entries_)
        SSL_CTX_free(each.context);
}

ssl_st* tls_context::new_stream() const {
    return SSL_new(entries_.front().context);
}

int tls_context::choose(ssl_st* stream, int*, void* arg) {
    const char* asked = SSL_get_servername(stream, TLSEXT_NAMETYPE_host_name);
    if (asked == nullptr)
        return SSL_TLSEXT_ERR_OK;
    const std::string name = fold(asked);
    const auto* self = static_cast<const tls_context*>(arg);
    for (const entry& each : self->entries_) {
        const auto hit = [&](const std::string& pattern) { return matches(pattern, name); };
        if (std::any_of(each.names.begin(), each.names.end(), hit)) {
            SSL_set_SSL_CTX(stream, each.context);
            break;
        }
    }
    return SSL_TLSEXT_ERR_OK;
}

} // namespace waypost::net
