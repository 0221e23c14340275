// SPDX-License-Identifier: Apache-2.0
// Look-ups of addresses in a directory cache that a daemon has filled: the row of an address, and
// the whole decision of the router. One thread. Prints rates as JSON.
#include "directory/cache.hpp"
#include "routing/router.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace waypost::kernel;

template <class Call>
double rate(const std::vector<std::string>& addresses, std::size_t rounds, Call call) {
    const auto begun = std::chrono::steady_clock::now();
    std::size_t found = 0;
    for (std::size_t i = 0; i < rounds; ++i)
        found += call(addresses[i % addresses.size()]) ? 1U : 0U;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (found != rounds)
        std::fprintf(stderr, "lookup: only %zu of %zu were found\n", found, rounds);
    return static_cast<double>(rounds) / took.count();
}

} // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::fprintf(stderr, "lookup CACHE_FOLDER ADDRESS_FILE ROUNDS\n");
        return 2;
    }
    std::vector<std::string> addresses;
    std::ifstream in(words[2]);
    for (std::string line; std::getline(in, line);)
        addresses.push_back(line);
    std::shuffle(addresses.begin(), addresses.end(), std::mt19937(1)); // NOLINT(cert-msc51-cpp)
    const auto rounds = static_cast<std::size_t>(std::stoull(words[3]));
    directory::cache_options with;
    with.folder = words[1];
    with.log = [](std::int32_t, std::string_view text) {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    };
    with.now_ns = [] { return std::int64_t{0}; };
    const auto opened = std::chrono::steady_clock::now();
    auto cache = directory::cache::open(std::move(with));
    if (!cache) {
        std::fprintf(stderr, "lookup: %s\n", cache.failure().text.c_str());
        return 1;
    }
    const std::chrono::duration<double> opening = std::chrono::steady_clock::now() - opened;
    const routing::router router(**cache, {});
    routing::decision verdict;
    double rows = 0;
    {
        const auto reader = (*cache)->read();
        rows = rate(addresses, rounds,
                    [&](const std::string& one) { return reader.alias(one).valid(); });
    }
    const auto decisions = rate(addresses, rounds, [&](const std::string& one) {
        router.decide(one, {.confirmed = true}, verdict);
        return verdict.status == WP_OK;
    });
    std::printf("{\"rows\": %.0f, \"decisions\": %.0f, \"open_seconds\": %.4f}\n", rows, decisions,
                opening.count());
}
