// SPDX-License-Identifier: Apache-2.0
// Secrets in files of their own, so that the configuration may be shown to anybody.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace waypost {

inline constexpr std::size_t max_secret_line = 4096;

/// The first line of the file, without its end. An empty one, or one longer than max_secret_line:
/// std::invalid_argument that names the configuration key and the file, and never its content.
inline std::string secret_in_file(std::string_view key, const std::string& path) {
    std::ifstream in(path);
    std::string line;
    if (!std::getline(in, line) || line.empty() || line.size() > max_secret_line)
        throw std::invalid_argument("key " + std::string(key) + ": " + path +
                                    " cannot be read, or its first line is no secret");
    if (line.back() == '\r')
        line.pop_back();
    return line;
}

} // namespace waypost
