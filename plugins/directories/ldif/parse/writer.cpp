// SPDX-License-Identifier: Apache-2.0
// LDIF writer; see writer.hpp.
#include "parse/writer.hpp"

#include "parse/base64.hpp"

#include <algorithm>

namespace waypost::ldif {
namespace {

constexpr std::size_t columns = 76;

// RFC 2849 SAFE-STRING, and note 8: no space at the end.
bool is_safe(std::string_view value) noexcept {
    if (value.empty())
        return true;
    if (value.front() == ' ' || value.front() == ':' || value.front() == '<' || value.back() == ' ')
        return false;
    return std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80 && c != '\0' && c != '\n' && c != '\r';
    });
}

void append_folded(std::string& out, std::string_view line) {
    out += line.substr(0, columns);
    for (std::size_t at = std::min(columns, line.size()); at < line.size(); at += columns - 1) {
        out += "\n ";
        out += line.substr(at, columns - 1);
    }
    out += '\n';
}

void append_modification(std::string& out, const modification& one) {
    constexpr std::string_view words[] = {"add", "delete", "replace"};
    append_line(out, words[static_cast<std::size_t>(one.kind)], one.name);
    for (const auto& value : one.values)
        append_line(out, one.name, value);
    out += "-\n";
}

} // namespace

void append_line(std::string& out, std::string_view name, std::string_view value) {
    const bool safe = is_safe(value);
    if (safe && name.size() + value.size() + 2 <= columns) { // most lines: no copy
        ((out += name) += value.empty() ? ":" : ": ") += value;
        out += '\n';
        return;
    }
    std::string line(name);
    if (safe) {
        (line += ": ") += value;
    } else {
        line += ":: ";
        append_base64(line, value);
    }
    append_folded(out, line);
}

void append_record(std::string& out, const record& what) {
    out += what.comment;
    append_line(out, "dn", what.dn);
    switch (what.kind) {
    case record_kind::content:
        break;
    case record_kind::add:
        out += "changetype: add\n";
        break;
    case record_kind::modify:
        out += "changetype: modify\n";
        break;
    case record_kind::remove:
        out += "changetype: delete\n";
        break;
    case record_kind::rename:
        out += "changetype: modrdn\n";
        append_line(out, "newrdn", what.new_rdn);
        out += what.delete_old_rdn ? "deleteoldrdn: 1\n" : "deleteoldrdn: 0\n";
        if (what.new_superior)
            append_line(out, "newsuperior", *what.new_superior);
        break;
    }
    for (const auto& [name, value] : what.values)
        append_line(out, name, value);
    for (const auto& one : what.modifications)
        append_modification(out, one);
    out += '\n';
}

} // namespace waypost::ldif
