// SPDX-License-Identifier: Apache-2.0
#include "auth/verified_cache.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace waypost::kernel::auth {

verified_cache::verified_cache(std::int64_t ttl_ns, std::size_t limit)
    : ttl_ns_(ttl_ns), limit_(limit) {
    usable_ =
        ttl_ns > 0 && limit > 0 && RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1;
}

verified_cache::~verified_cache() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

bool verified_cache::mac_of(std::string_view account, std::string_view secret,
                            digest& out) const noexcept {
    // The account is hashed too: equal passwords do not look equal.
    const std::string text = std::string(account) + '\0';
    unsigned int size = 0;
    digest inner{};
    const bool done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                           inner.data(), &size) &&
                      HMAC(EVP_sha256(), inner.data(), static_cast<int>(inner.size()),
                           reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                           out.data(), &size);
    OPENSSL_cleanse(inner.data(), inner.size());
    return done;
}

bool verified_cache::knows(std::string_view account, std::string_view secret, version of,
                           std::int64_t now_ns) {
    digest mac{};
    if (!usable_ || !mac_of(account, secret, mac))
        return false;
    const std::lock_guard lock(mutex_);
    const auto found = by_account_.find(std::string(account));
    if (found == by_account_.end())
        return false;
    const auto& known = *found->second;
    return known.of == of && now_ns < known.until_ns &&
           CRYPTO_memcmp(known.mac.data(), mac.data(), mac.size()) == 0;
}

void verified_cache::remember(std::string_view account, std::string_view secret, version of,
                              std::int64_t now_ns) {
    record fresh;
    if (!usable_ || !mac_of(account, secret, fresh.mac))
        return;
    fresh.account = account;
    fresh.of = of;
    fresh.until_ns = now_ns + ttl_ns_;
    const std::lock_guard lock(mutex_);
    erase(account);
    if (records_.size() >= limit_) {
        by_account_.erase(records_.back().account);
        records_.pop_back();
    }
    records_.push_front(std::move(fresh));
    by_account_[records_.front().account] = records_.begin();
}

void verified_cache::forget(std::string_view account) {
    const std::lock_guard lock(mutex_);
    erase(account);
}

void verified_cache::erase(std::string_view account) {
    const auto found = by_account_.find(std::string(account));
    if (found == by_account_.end())
        return;
    records_.erase(found->second);
    by_account_.erase(found);
}

} // namespace waypost::kernel::auth
