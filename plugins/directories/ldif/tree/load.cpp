// SPDX-License-Identifier: Apache-2.0
// Loading a file; see load.hpp.
#include "tree/load.hpp"

#include "parse/reader.hpp"
#include "parse/writer.hpp"

namespace waypost::ldif {

result<tree> load(std::string_view text, const bases& owned, const limits& most) {
    tree out;
    reader records(text, most);
    for (;;) {
        auto next = records.next();
        if (!next)
            return next.failure();
        if (!*next)
            return out;
        auto& one = **next;
        const auto bad = [&](const std::string& what) {
            return error{WP_INVALID, "line " + std::to_string(one.line) + ": " + what};
        };
        if (one.kind != record_kind::content && one.kind != record_kind::add)
            return bad("a change of an entry; the file holds entries only");
        auto made = entry::make(one.dn, one.comment, std::move(one.values));
        if (!made)
            return bad(made.failure().text);
        if (!is_owned(made->normalised(), owned))
            return bad("'" + one.dn + "' is not below a base (key bases)");
        if (out.find(made->normalised()))
            return bad("'" + one.dn + "' is in the file twice");
        out.put(std::move(*made));
    }
}

void append_entry(std::string& out, const entry& one) {
    out += one.comment();
    append_line(out, "dn", one.dn());
    one.each([&](std::string_view name, std::string_view value) { append_line(out, name, value); });
    out += '\n';
}

} // namespace waypost::ldif
