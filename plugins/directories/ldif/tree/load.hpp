// SPDX-License-Identifier: Apache-2.0
// From the text of an LDIF file to a tree, and back. Pure.
#pragma once

#include "parse/limits.hpp"
#include "tree/apply.hpp"
#include "tree/tree.hpp"

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::ldif {

/// Entries in any order, parents may be missing. The error names the line.
result<tree> load(std::string_view text, const bases& owned, const limits& most);

/// The file of a tree; passed on in pieces of about a megabyte, so that it need not fit into memory
/// twice.
template <class Write>
result<void> save(const tree& what, Write&& write);

void append_entry(std::string& out, const entry& one);

template <class Write>
result<void> save(const tree& what, Write&& write) {
    std::string piece = "version: 1\n\n";
    for (const auto& one : what.ordered()) {
        append_entry(piece, one);
        if (piece.size() < (1U << 20))
            continue;
        if (result<void> ok = write(std::string_view(piece)); !ok)
            return ok;
        piece.clear();
    }
    return write(std::string_view(piece));
}

} // namespace waypost::ldif
