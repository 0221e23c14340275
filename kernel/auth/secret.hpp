// SPDX-License-Identifier: Apache-2.0
// Bytes that are overwritten before their memory is given back: passwords on their way to the
// backend.
#pragma once

#include <openssl/crypto.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace waypost::kernel::auth {

/// Copies are explicit: move only. Single thread.
class secret {
public:
    secret() = default;
    explicit secret(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
        if (size_)
            std::memcpy(bytes_.get(), text.data(), size_);
    }
    secret(secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(other.size_) {
        other.size_ = 0;
    }
    secret& operator=(secret&&) = delete;
    ~secret() { wipe(); }

    std::string_view text() const noexcept { return {bytes_.get(), size_}; }
    void wipe() noexcept {
        if (bytes_)
            OPENSSL_cleanse(bytes_.get(), size_);
        size_ = 0;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

} // namespace waypost::kernel::auth
