// SPDX-License-Identifier: Apache-2.0
// Problems as compilers print them, so that editors jump to the place.
#include "config/problem.hpp"

#include <algorithm>

namespace waypost::kernel::config {

std::string describe(const problem& what) {
    std::string line = what.file;
    if (what.at.line != 0)
        line += ':' + std::to_string(what.at.line) + ':' + std::to_string(what.at.column);
    line += ": ";
    if (!what.key.empty())
        line += what.key + ": ";
    return line + what.text;
}

std::string describe(std::vector<problem> all) {
    std::stable_sort(all.begin(), all.end(),
                     [](const problem& left, const problem& right) { return left.at < right.at; });
    std::string lines;
    for (const auto& one : all)
        lines += describe(one) + '\n';
    return lines;
}

} // namespace waypost::kernel::config
