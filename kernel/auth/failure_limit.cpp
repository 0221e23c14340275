// SPDX-License-Identifier: Apache-2.0
#include "auth/failure_limit.hpp"

#include <arpa/inet.h>

namespace waypost::kernel::auth {

namespace {

std::string user_key(std::string_view user) {
    return "u" + std::string(user);
}

} // namespace

std::string client_key(std::string_view client) {
    if (client.starts_with('[')) {
        client = client.substr(1, client.find(']') - 1); // "[2001:db8::1]:143"
    } else if (const auto colon = client.find(':');
               colon != std::string_view::npos &&
               client.find(':', colon + 1) == std::string_view::npos) {
        client = client.substr(0, colon); // "192.0.2.1:143"
    }
    const std::string text(client.substr(0, client.find('%')));
    in6_addr six{};
    if (inet_pton(AF_INET6, text.c_str(), &six) == 1)
        return "c" + std::string(reinterpret_cast<const char*>(six.s6_addr), 8);
    return "c" + text;
}

std::uint32_t failure_limit::count(const std::string& key, std::int64_t now_ns) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end())
        return 0;
    auto& known = *found->second;
    if (now_ns - known.first_ns < limits_.window_ns)
        return known.failures;
    records_.erase(found->second);
    by_key_.erase(found);
    return 0;
}

std::uint32_t failure_limit::add(const std::string& key, std::int64_t now_ns) {
    if (count(key, now_ns) == 0) {
        if (by_key_.size() >= limits_.table_size) {
            by_key_.erase(records_.back().key);
            records_.pop_back();
        }
        records_.push_front({key, 0, now_ns});
        by_key_[key] = records_.begin();
    }
    const auto at = by_key_[key];
    records_.splice(records_.begin(), records_, at);
    return ++at->failures;
}

bool failure_limit::may_try(std::string_view user, std::string_view client, std::int64_t now_ns) {
    const std::lock_guard lock(mutex_);
    return count(user_key(user), now_ns) < limits_.per_user &&
           count(client_key(client), now_ns) < limits_.per_client;
}

std::int64_t failure_limit::failed(std::string_view user, std::string_view client,
                                   std::int64_t now_ns) {
    const std::lock_guard lock(mutex_);
    auto times = std::max(add(user_key(user), now_ns), add(client_key(client), now_ns));
    auto delay = limits_.first_delay_ns;
    for (; times > 1 && delay < limits_.longest_delay_ns; --times)
        delay *= 2;
    return std::min(delay, limits_.longest_delay_ns);
}

void failure_limit::succeeded(std::string_view user) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(user_key(user));
    if (found == by_key_.end())
        return;
    records_.erase(found->second);
    by_key_.erase(found);
}

std::size_t failure_limit::size() const {
    const std::lock_guard lock(mutex_);
    return by_key_.size();
}

} // namespace waypost::kernel::auth
