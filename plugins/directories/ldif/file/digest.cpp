// SPDX-License-Identifier: Apache-2.0
// SHA-256; see digest.hpp.
#include "file/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace waypost::ldif {

struct digest::state {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~state() { EVP_MD_CTX_free(context); }
};

digest::digest() : state_(std::make_unique<state>()) {
    if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}

digest::~digest() = default;

void digest::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string digest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context, bytes.data(), &size);
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += "0123456789abcdef"[bytes[i] >> 4];
        out += "0123456789abcdef"[bytes[i] & 15];
    }
    return out;
}

std::string digest_of(std::string_view bytes) {
    digest one;
    one.add(bytes);
    return one.finish();
}

} // namespace waypost::ldif
