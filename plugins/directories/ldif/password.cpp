// SPDX-License-Identifier: Apache-2.0
// Passwords; see password.hpp.
#include "password.hpp"

#include "parse/base64.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>

namespace waypost::ldif {
namespace {

struct scheme {
    std::string_view prefix;
    const EVP_MD* (*digest)(); ///< null: crypt(3), or clear text
    bool is_hash;
};

constexpr std::array<scheme, 10> schemes = {{
    {"{crypt}", nullptr, true},
    {"{ssha}", EVP_sha1, true},
    {"{ssha256}", EVP_sha256, true},
    {"{ssha512}", EVP_sha512, true},
    {"{sha}", EVP_sha1, true},
    {"{sha256}", EVP_sha256, true},
    {"{sha512}", EVP_sha512, true},
    {"{plain}", nullptr, false},
    {"{clear}", nullptr, false},
    {"{cleartext}", nullptr, false},
}};

const scheme* scheme_of(std::string_view stored) noexcept {
    for (const auto& one : schemes) {
        if (stored.size() < one.prefix.size())
            continue;
        std::size_t i = 0;
        while (i < one.prefix.size() && ascii_lower(stored[i]) == one.prefix[i])
            ++i;
        if (i == one.prefix.size())
            return &one;
    }
    return nullptr;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

using crypt_state = std::unique_ptr<crypt_data>; // 32 KiB

bool verify_crypt(std::string_view stored, std::string_view secret) {
    const std::string setting(stored);
    std::string phrase(secret);
    auto state = std::make_unique<crypt_data>();
    const char* made = ::crypt_rn(phrase.c_str(), setting.c_str(), state.get(), sizeof(crypt_data));
    const bool same = made && made[0] != '*' && same_secret(made, setting);
    OPENSSL_cleanse(phrase.data(), phrase.size());
    OPENSSL_cleanse(state.get(), sizeof(crypt_data));
    return same;
}

std::string digest(const EVP_MD* kind, std::string_view secret, std::string_view salt) {
    std::string joined(secret);
    joined += salt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    const bool ok =
        EVP_Digest(joined.data(), joined.size(), bytes.data(), &size, kind, nullptr) == 1;
    OPENSSL_cleanse(joined.data(), joined.size());
    return ok ? std::string(reinterpret_cast<const char*>(bytes.data()), size) : std::string{};
}

// Digest, then the salt, in one base64 text.
bool verify_digest(const scheme& how, std::string_view stored, std::string_view secret) {
    const auto bytes = decode_base64(stored);
    const auto size = static_cast<std::size_t>(EVP_MD_get_size(how.digest()));
    if (!bytes || bytes->size() < size)
        return false;
    const bool salted = how.prefix.starts_with("{ss");
    if (!salted && bytes->size() != size)
        return false;
    const auto salt = std::string_view(*bytes).substr(size);
    return same_secret(digest(how.digest(), secret, salt),
                       std::string_view(*bytes).substr(0, size));
}

result<std::string> hash_crypt(std::string_view secret, unsigned long cost) {
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (!::crypt_gensalt_rn("$y$", cost, nullptr, 0, setting.data(),
                            static_cast<int>(setting.size())))
        return error{WP_INVALID, "cannot make a yescrypt salt; is password_cost between 0 and 11?"};
    std::string phrase(secret);
    auto state = std::make_unique<crypt_data>();
    const char* made = ::crypt_rn(phrase.c_str(), setting.data(), state.get(), sizeof(crypt_data));
    OPENSSL_cleanse(phrase.data(), phrase.size());
    if (!made || made[0] == '*')
        return error{WP_TEMPFAIL, "crypt(3) failed to hash a password"};
    return "{CRYPT}" + std::string(made);
}

result<std::string> hash_ssha512(std::string_view secret) {
    std::array<unsigned char, 16> salt{};
    if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1)
        return error{WP_TEMPFAIL, "no random bytes"};
    const std::string_view text(reinterpret_cast<const char*>(salt.data()), salt.size());
    std::string out = "{SSHA512}";
    append_base64(out, digest(EVP_sha512(), secret, text) + std::string(text));
    return out;
}

} // namespace

bool is_hashed(std::string_view stored) noexcept {
    const auto* found = scheme_of(stored);
    return found && found->is_hash;
}

wp_status verify_password(std::string_view stored, std::string_view secret, bool allow_cleartext) {
    if (secret.empty() || secret.size() > max_secret_size ||
        secret.find('\0') != std::string_view::npos)
        return WP_DENIED;
    const auto* how = scheme_of(stored);
    const auto value = how ? stored.substr(how->prefix.size()) : stored;
    if (!how || !how->is_hash) {
        if (!allow_cleartext)
            return WP_UNSUPPORTED;
        return same_secret(value, secret) ? WP_OK : WP_DENIED;
    }
    const bool same =
        how->digest ? verify_digest(*how, value, secret) : verify_crypt(value, secret);
    return same ? WP_OK : WP_DENIED;
}

result<std::string> hash_password(std::string_view secret, const hashing& how) {
    const auto* scheme = scheme_of(secret);
    if (scheme && scheme->is_hash)
        return std::string(secret);
    if (scheme)
        secret.remove_prefix(scheme->prefix.size());
    if (secret.empty())
        return error{WP_INVALID, "an empty password"};
    if (secret.size() > max_secret_size)
        return error{WP_INVALID, "a password longer than 511 bytes"};
    if (secret.find('\0') != std::string_view::npos)
        return error{WP_INVALID, "a password with a NUL"};
    return how.method == hash_method::crypt ? hash_crypt(secret, how.cost) : hash_ssha512(secret);
}

} // namespace waypost::ldif
