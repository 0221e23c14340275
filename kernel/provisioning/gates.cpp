// SPDX-License-Identifier: Apache-2.0
#include "provisioning/gates.hpp"

#include <arpa/inet.h>
#include <libpsl.h>

#include <algorithm>
#include <array>

namespace waypost::kernel::provisioning {
namespace {

constexpr std::size_t most_keys = 100'000;

bool is_or_below(std::string_view name, std::string_view suffix) {
    return name == suffix || (name.size() > suffix.size() && name.ends_with(suffix) &&
                              name[name.size() - suffix.size() - 1] == '.');
}

} // namespace

bool is_reserved(std::string_view domain) noexcept {
    constexpr std::array<std::string_view, 8> names = {
        "localhost", "invalid", "local", "onion", "arpa", "alt", "internal", "localdomain"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return is_or_below(domain, name); });
}

bool is_public_suffix(const std::string& domain) {
    const auto* list = psl_builtin();
    return domain.find('.') == std::string::npos ||
           (list != nullptr && psl_is_public_suffix(list, domain.c_str()) != 0);
}

bool is_below_any(std::string_view domain, const std::vector<std::string>& suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](const auto& suffix) {
        return domain != suffix && is_or_below(domain, suffix);
    });
}

std::string network_of(std::string_view address) {
    std::string text(address);
    std::array<unsigned char, 16> octets{};
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (::inet_pton(AF_INET, text.c_str(), octets.data()) == 1) {
        octets[3] = 0;
        ::inet_ntop(AF_INET, octets.data(), out.data(), out.size());
        return std::string(out.data()) + "/24";
    }
    if (::inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) {
        std::fill(octets.begin() + 6, octets.end(), static_cast<unsigned char>(0));
        ::inet_ntop(AF_INET6, octets.data(), out.data(), out.size());
        return std::string(out.data()) + "/48";
    }
    return text;
}

bool daily_limit::take(const std::string& key, std::chrono::steady_clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (now - began_ >= std::chrono::hours(24) || by_key_.size() >= most_keys) {
        began_ = now;
        taken_ = 0;
        by_key_.clear();
    }
    auto& mine = by_key_[key];
    if (mine >= per_key_ || taken_ >= total_)
        return false;
    ++mine;
    ++taken_;
    return true;
}

} // namespace waypost::kernel::provisioning
