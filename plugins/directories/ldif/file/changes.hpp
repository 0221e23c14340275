// SPDX-License-Identifier: Apache-2.0
// The changes file beside the directory's file: change records that are not yet folded into it.
// Pure.
//
//     # Waypost changes, applies to SHA-256     the base it was begun for; tells a person, decides
//     nothing dn: ...                                   change records, a group per flush # commit
//     SHA-256                          of the group's bytes: a group without it was torn by a crash
//     # folded into SHA-256                     a base that has everything above; written before it
//     is put in place
//
// What counts are the whole groups below the last "folded into" that names the base as it is now.
// So a fold can stop anywhere and be repeated, and a base changed by an editor still gets the
// changes it has not seen.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldif {

std::string changes_header(std::string_view base_digest);
std::string folded_line(std::string_view base_digest);
/// Closes the group: `records` is its text.
void append_commit(std::string& records);

struct pending_changes {
    std::vector<std::string_view> groups; ///< texts of change records, views of the file's text
    std::size_t good_size = 0;            ///< the file is cut here before anything is appended
};

/// Error: a damaged group with whole ones behind it; that is no torn end.
result<pending_changes> read_changes(std::string_view text, std::string_view base_digest);

} // namespace waypost::ldif
