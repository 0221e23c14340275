// SPDX-License-Identifier: Apache-2.0
// LDIF parser; see reader.hpp.
#include "parse/reader.hpp"

#include "parse/base64.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

namespace waypost::ldif {
namespace {

// RFC 4512 s2.5: type or OID, then options.
bool is_description(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_name_size)
        return false;
    for (const char c : name) {
        const char low = ascii_lower(c);
        if (!(low >= 'a' && low <= 'z') && !(low >= '0' && low <= '9') && c != '-' && c != '.' &&
            c != ';' && c != '_')
            return false;
    }
    return name.front() != '-' && name.front() != '.' && name.front() != ';';
}

} // namespace

error reader::bad(std::string_view what) const {
    return {WP_INVALID, "line " + std::to_string(line_) + ": " + std::string(what)};
}

// Without its line end. RFC 2849: SEP is LF or CR LF.
std::string_view reader::physical_line() {
    const auto end = text_.find('\n', at_);
    auto line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++next_line_;
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

// The next unfolded line into current_, comments set aside; false at the end of the text. A blank
// line is an empty current_.
result<bool> reader::logical_line(std::string& comment) {
    while (at_ < text_.size()) {
        line_ = next_line_;
        const auto start = at_;
        current_ = physical_line();
        bool joined = false;
        const bool is_comment = current_.starts_with('#');
        while (!current_.empty() && at_ < text_.size() && text_[at_] == ' ') {
            if (!joined)
                joined_.assign(current_);
            joined = true;
            joined_ += physical_line().substr(1);
            current_ = joined_;
            if (current_.size() > limits_.line)
                return bad("the line is too long (key max_line)");
        }
        if (current_.size() > limits_.line)
            return bad("the line is too long (key max_line)");
        entry_size_ += at_ - start;
        if (entry_size_ > limits_.entry)
            return bad("the entry is too long (key max_entry)");
        if (!is_comment)
            return true;
        (comment += current_) += '\n';
    }
    current_ = {};
    return false;
}

result<void> reader::split(std::string_view line, item& out) const {
    if (line.starts_with(' '))
        return bad("a continued line without a line before it");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return bad("expected 'attribute: value'");
    out.name = line.substr(0, colon);
    if (!is_description(out.name))
        return bad("not an attribute name before ':'");
    auto rest = line.substr(colon + 1);
    if (rest.starts_with('<'))
        return bad("values by URL (':<') are not read; write the value as text or base64");
    const bool encoded = rest.starts_with(':');
    if (encoded)
        rest.remove_prefix(1);
    while (rest.starts_with(' '))
        rest.remove_prefix(1); // FILL
    if (!encoded) {
        if (rest.find('\0') != std::string_view::npos)
            return bad("a NUL in the value; use base64");
        out.value.assign(rest);
        return {};
    }
    auto bytes = decode_base64(rest);
    if (!bytes)
        return bad("the value after '::' is not base64");
    out.value = std::move(*bytes);
    return {};
}

// The next `name: value` of the record; false at its end.
result<bool> reader::read_item(item& out, std::string& comment) {
    auto more = logical_line(comment);
    if (!more || !*more || current_.empty()) {
        if (!more)
            return more;
        return false;
    }
    if (current_ == "-") {
        out = {current_, {}};
        return true;
    }
    if (auto ok = split(current_, out); !ok)
        return ok.failure();
    return true;
}

result<void> reader::count_value() {
    if (++entry_values_ > limits_.values)
        return bad("too many values in one entry (key max_values)");
    return {};
}

// The optional `version: 1`, once, before everything else.
result<void> reader::first_line(item& first) {
    if (!equal_folded(first.name, "version"))
        return {};
    if (first.value != "1")
        return bad("LDIF version '" + first.value.substr(0, 20) + "' is not known; only 1 is");
    first.name = {};
    return {};
}

result<std::optional<record>> reader::next() {
    if (failed_)
        return std::optional<record>{};
    failed_ = true; // until this record is good
    record out;
    item first;
    for (;;) {
        entry_size_ = entry_values_ = 0;
        auto more = logical_line(out.comment);
        if (!more)
            return more.failure();
        if (!*more)
            return std::optional<record>{};
        if (current_.empty())
            continue;
        if (auto ok = split(current_, first); !ok)
            return ok.failure();
        if (!std::exchange(started_, true))
            if (auto ok = first_line(first); !ok)
                return ok.failure();
        if (!first.name.empty())
            break;
    }
    if (!equal_folded(first.name, "dn"))
        return bad("a record must begin with 'dn:'");
    out.line = line_;
    if (auto name = normalise_dn(first.value); !name)
        return bad(name.failure().text);
    out.dn = std::move(first.value);
    if (auto ok = body(out); !ok)
        return ok.failure();
    failed_ = false;
    return std::optional<record>(std::move(out));
}

result<void> reader::body(record& out) {
    item one;
    for (;;) {
        auto more = read_item(one, out.comment);
        if (!more)
            return more.failure();
        if (!*more)
            return bad("an entry without attributes");
        if (equal_folded(one.name, "changetype"))
            return change(out, one.value);
        if (!equal_folded(one.name, "control"))
            break;
        // RFC 2849: control: OID [true|false] [value]. Criticality is the second word.
        if (one.value.find(" true") != std::string::npos)
            return bad("a critical control is not supported");
    }
    return content(out, std::move(one));
}

result<void> reader::content(record& out, std::optional<item> first) {
    item one;
    for (;;) {
        if (first) {
            one = *std::exchange(first, std::nullopt);
        } else {
            auto more = read_item(one, out.comment);
            if (!more)
                return more.failure();
            if (!*more)
                break;
        }
        if (one.name == "-")
            return bad("'-' outside of a modification");
        if (equal_folded(one.name, "dn"))
            return bad("a second 'dn:' in one record; a blank line is missing above it");
        if (auto ok = count_value(); !ok)
            return ok;
        out.values.push_back({std::string(one.name), std::move(one.value)});
    }
    if (out.values.empty())
        return bad("an entry without attributes");
    return {};
}

result<void> reader::change(record& out, std::string_view type) {
    if (equal_folded(type, "add")) {
        out.kind = record_kind::add;
        return content(out, std::nullopt);
    }
    if (equal_folded(type, "modify")) {
        out.kind = record_kind::modify;
        return modify(out);
    }
    if (equal_folded(type, "modrdn") || equal_folded(type, "moddn")) {
        out.kind = record_kind::rename;
        return rename(out);
    }
    if (!equal_folded(type, "delete"))
        return bad("unknown changetype; add, modify, delete, modrdn and moddn are known");
    out.kind = record_kind::remove;
    item one;
    auto more = read_item(one, out.comment);
    if (!more)
        return more.failure();
    if (*more)
        return bad("a deletion has no further lines");
    return {};
}

// RFC 2849 mod-spec: `add|delete|replace: type`, values of that type, "-". The last "-" may be
// missing.
result<void> reader::modify(record& out) {
    item one;
    bool open = false;
    for (;;) {
        auto more = read_item(one, out.comment);
        if (!more)
            return more.failure();
        if (!*more)
            break;
        if (one.name == "-") {
            if (!std::exchange(open, false))
                return bad("'-' outside of a modification");
            continue;
        }
        if (open) {
            auto& last = out.modifications.back();
            if (!equal_folded(one.name, last.name))
                return bad("a value of another attribute than the modification's; '-' is missing "
                           "above it");
            if (auto ok = count_value(); !ok)
                return ok;
            last.values.push_back(std::move(one.value));
            continue;
        }
        if (!is_description(one.value))
            return bad("not an attribute name behind ':'");
        modification next{mod_kind::add, std::move(one.value), {}};
        if (equal_folded(one.name, "add"))
            next.kind = mod_kind::add;
        else if (equal_folded(one.name, "delete"))
            next.kind = mod_kind::remove;
        else if (equal_folded(one.name, "replace"))
            next.kind = mod_kind::replace;
        else
            return bad("unknown modification; add, delete and replace are known");
        if (auto ok = count_value(); !ok)
            return ok;
        out.modifications.push_back(std::move(next));
        open = true;
    }
    for (const auto& one_change : out.modifications)
        if (one_change.kind == mod_kind::add && one_change.values.empty())
            return bad("'add: " + one_change.name + "' without a value");
    return {};
}

result<void> reader::rename(record& out) {
    item one;
    bool has_rdn = false;
    bool has_delete = false;
    for (;;) {
        auto more = read_item(one, out.comment);
        if (!more)
            return more.failure();
        if (!*more)
            break;
        if (equal_folded(one.name, "newrdn") && !std::exchange(has_rdn, true)) {
            auto name = normalise_dn(one.value);
            if (!name || name->empty() || name->find(',') != std::string::npos)
                return bad("'newrdn:' is not one RDN");
            out.new_rdn = std::move(one.value);
        } else if (equal_folded(one.name, "deleteoldrdn") && !std::exchange(has_delete, true)) {
            if (one.value != "0" && one.value != "1")
                return bad("'deleteoldrdn:' must be 0 or 1");
            out.delete_old_rdn = one.value == "1";
        } else if (equal_folded(one.name, "newsuperior") && !out.new_superior) {
            if (auto name = normalise_dn(one.value); !name)
                return bad(name.failure().text);
            out.new_superior = std::move(one.value);
        } else {
            return bad("unexpected line in a change of a name");
        }
    }
    if (!has_rdn || !has_delete)
        return bad("a change of a name needs 'newrdn:' and 'deleteoldrdn:'");
    return {};
}

} // namespace waypost::ldif
