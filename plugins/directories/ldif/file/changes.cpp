// SPDX-License-Identifier: Apache-2.0
// Format of the changes file; see changes.hpp.
#include "file/changes.hpp"

#include "file/digest.hpp"

#include <algorithm>

namespace waypost::ldif {
namespace {

constexpr std::string_view header = "# Waypost changes, applies to ";
constexpr std::string_view commit = "# commit ";
constexpr std::string_view folded = "# folded into ";

} // namespace

std::string changes_header(std::string_view base_digest) {
    return std::string(header) + std::string(base_digest) + "\n";
}

std::string folded_line(std::string_view base_digest) {
    return std::string(folded) + std::string(base_digest) + "\n";
}

void append_commit(std::string& records) {
    const auto sum = digest_of(records);
    ((records += commit) += sum) += '\n';
}

result<pending_changes> read_changes(std::string_view text, std::string_view base_digest) {
    pending_changes out;
    std::size_t group = 0;
    std::size_t damaged = std::string_view::npos;
    for (std::size_t at = 0; at < text.size();) {
        // Records hold no comments, so each line with '#' in front is one of ours.
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos)
            break; // torn
        const auto line = text.substr(at, end - at);
        const auto next = end + 1;
        if (line.starts_with(commit)) {
            const auto records = text.substr(group, at - group);
            if (digest_of(records) != line.substr(commit.size())) {
                damaged = std::min(damaged, group);
            } else if (damaged != std::string_view::npos) {
                const auto number =
                    1 + std::count(text.begin(),
                                   text.begin() + static_cast<std::ptrdiff_t>(damaged), '\n');
                return error{
                    WP_PERMFAIL,
                    "damaged at line " + std::to_string(number) +
                        ": its check sum is wrong and there are whole changes below; restore the "
                        "file, or remove the damaged group up to its '# commit' line"};
            } else {
                out.groups.push_back(records);
            }
        } else if (line.starts_with(folded)) {
            if (line.substr(folded.size()) == base_digest)
                out.groups.clear();
        } else if (!line.starts_with(header)) {
            const auto mark = text.find("\n#", at);
            if (mark == std::string_view::npos)
                break; // torn
            at = mark + 1;
            continue;
        }
        group = at = next;
        if (damaged == std::string_view::npos)
            out.good_size = next;
    }
    return out;
}

} // namespace waypost::ldif
