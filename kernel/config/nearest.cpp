// SPDX-License-Identifier: Apache-2.0
// Optimal string alignment distance over the names of a schema.
#include "config/nearest.hpp"

#include <algorithm>
#include <vector>

namespace waypost::kernel::config {

namespace {
constexpr std::size_t longest_name = 64; // nobody mistypes more; bounds the work
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::vector<std::size_t>> cost(left.size() + 1,
                                               std::vector<std::size_t>(right.size() + 1));
    for (std::size_t i = 0; i <= left.size(); ++i)
        cost[i][0] = i;
    for (std::size_t j = 0; j <= right.size(); ++j)
        cost[0][j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i)
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const bool same = left[i - 1] == right[j - 1];
            cost[i][j] = std::min(
                {cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[left.size()][right.size()];
}

std::string nearest(std::string_view wrong, std::span<const std::string> valid) {
    if (wrong.size() > longest_name)
        return {};
    std::string best;
    std::size_t best_distance = longest_name;
    for (const auto& name : valid) {
        const auto distance = edit_distance(wrong, name);
        const auto limit = std::max<std::size_t>(1, std::max(wrong.size(), name.size()) / 3);
        if (distance <= limit && distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace waypost::kernel::config
