// SPDX-License-Identifier: Apache-2.0
// Words kept once; see tokens.hpp.
#include "tree/tokens.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace waypost::ldif {
namespace {

struct table {
    std::mutex mutex;
    std::deque<std::string> storage; // stable addresses
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    std::array<std::atomic<const std::string*>, max_tokens> words{};

    std::optional<std::uint32_t> number(std::string_view word) {
        const std::lock_guard lock(mutex);
        if (const auto found = numbers.find(word); found != numbers.end())
            return found->second;
        const auto next = static_cast<std::uint32_t>(storage.size());
        if (next == max_tokens || word.size() > max_token_size)
            return std::nullopt;
        const auto& kept = storage.emplace_back(word);
        words[next].store(&kept, std::memory_order_release);
        numbers.emplace(kept, next);
        return next;
    }
};

table& shared() {
    static table* const one = new table; // never destroyed: views into it may outlive any instance
    return *one;
}

} // namespace

std::optional<std::uint32_t> token_of(std::string_view word) {
    // A cache per thread keeps the lock out of the loading of a big file; its keys are the table's
    // own.
    thread_local std::unordered_map<std::string_view, std::uint32_t> known;
    if (const auto found = known.find(word); found != known.end())
        return found->second;
    const auto number = shared().number(word);
    if (number)
        known.emplace(word_of(*number), *number);
    return number;
}

std::string_view word_of(std::uint32_t token) noexcept {
    return *shared().words[token].load(std::memory_order_acquire);
}

} // namespace waypost::ldif
