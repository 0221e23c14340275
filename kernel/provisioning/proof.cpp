// SPDX-License-Identifier: Apache-2.0
#include "provisioning/proof.hpp"

#include "provisioning/record_data.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace waypost::kernel::provisioning {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t token_octets = 20;

error cannot(std::string_view what, const std::filesystem::path& file) {
    return {WP_TEMPFAIL, fmt::format("cannot {} {}: {}", what, file.string(),
                                     std::generic_category().message(errno))};
}

struct descriptor {
    explicit descriptor(int number) : fd(number) {}
    ~descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    const int fd;
};

/// Under another name first: a crash leaves no half of a key.
result<void> make_key(const std::filesystem::path& file) {
    std::array<unsigned char, key_size> key{};
    if (RAND_bytes(key.data(), key_size) != 1)
        return error{WP_TEMPFAIL, "no random numbers for the key of domain tokens"};
    const auto fresh = file.string() + ".new";
    {
        const descriptor out(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (out.fd < 0 || ::write(out.fd, key.data(), key_size) != key_size || ::fsync(out.fd) != 0)
            return cannot("write", fresh);
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return cannot("write", file);
    const descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.fd >= 0 && ::fsync(folder.fd) == 0 ? result<void>() : cannot("write", file);
}

} // namespace

std::string challenge_name(std::string_view domain) {
    return fmt::format("_waypost-challenge.{}", domain);
}

result<proof> proof::open(const std::filesystem::path& file) {
    for (const bool again : {false, true}) {
        const descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (in.fd < 0) {
            if (errno != ENOENT || again)
                return cannot("open", file);
            if (auto made = make_key(file); !made)
                return made.failure();
            continue;
        }
        std::string key(key_size + 1, '\0');
        if (::read(in.fd, key.data(), key.size()) != static_cast<ssize_t>(key_size))
            return error{WP_INVALID, fmt::format("{} is not a key of {} octets; remove it, and "
                                                 "tokens are new ones",
                                                 file.string(), key_size)};
        key.resize(key_size);
        return proof(std::move(key));
    }
    return error{WP_BUG, "the key of domain tokens was not made"};
}

std::string proof::token(std::string_view domain) const {
    const auto text = fmt::format("waypost domain 1 {}", domain);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    std::string out;
    for (std::size_t i = 0; i < token_octets; ++i)
        out += fmt::format("{:02x}", digest[i]);
    return out;
}

bool proof::is_proved(std::string_view domain, const std::vector<std::string>& texts) const {
    const auto wanted = '"' + token(domain) + '"';
    return std::any_of(texts.begin(), texts.end(),
                       [&](const auto& one) { return same_data("TXT", one, wanted); });
}

} // namespace waypost::kernel::provisioning
