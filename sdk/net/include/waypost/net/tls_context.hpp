// SPDX-License-Identifier: Apache-2.0
// TLS contexts. Server side: certificates and keys from files, chosen by the name the client asks
// for (SNI, RFC 6066 s3). Client side: with or without verification of the server. A context never
// changes; a reload makes a new one and swaps it in the slot, running sessions keep theirs.
#pragma once

#include <waypost/result.hpp>

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace waypost::net {

/// PEM files: the chain with the server's certificate first, and its key.
struct tls_certificate {
    std::string certificate_file;
    std::string key_file;
};

/// Immutable, *thread-safe*.
class tls_context {
public:
    /// The first certificate serves clients without SNI or with a name none of them has. RFC 9325:
    /// TLS 1.2 and 1.3, forward secrecy, AEAD.
    static result<std::shared_ptr<const tls_context>> load(std::span<const tls_certificate> files);
    /// For connections that we open. Without `verify` anybody may answer: encryption against those
    /// who only listen (RFC 7435). `authority_file` (PEM): who may sign; empty: the system's.
    static result<std::shared_ptr<const tls_context>> for_client(bool verify,
                                                                 const std::string& authority_file);
    ~tls_context();
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;

    bool is_client() const noexcept { return is_client_; }
    bool verifies() const noexcept { return verifies_; }
    /// For tls_stream and tests. The caller frees it.
    ssl_st* new_stream() const;

private:
    struct entry {
        ssl_ctx_st* context;
        std::vector<std::string> names; // lower case, "*.example" for wildcards
    };
    tls_context() = default;
    static int choose(ssl_st* stream, int* alert, void* self);

    std::vector<entry> entries_;
    bool is_client_ = false;
    bool verifies_ = false;
};

/// Where sessions get the current context from. *thread-safe*
class tls_slot {
public:
    std::shared_ptr<const tls_context> get() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }
    void set(std::shared_ptr<const tls_context> next) {
        const std::lock_guard lock(mutex_);
        current_.swap(next);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const tls_context> current_;
};

} // namespace waypost::net
