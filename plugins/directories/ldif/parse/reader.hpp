// SPDX-License-Identifier: Apache-2.0
// Parser of LDIF, RFC 2849: content and change records, folding, base64, comments. Pure: the text
// in, records out, one at a time. Values by URL (`attribute:< file:///...`) are refused: a data
// file must not be able to read others. Values may hold UTF-8 as it is (people edit the file); a
// NUL is refused.
#pragma once

#include "parse/limits.hpp"
#include "parse/record.hpp"

#include <waypost/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace waypost::ldif {

/// Single thread. `text` must outlive the reader.
class reader {
public:
    explicit reader(std::string_view text, limits most = {}) : text_(text), limits_(most) {}

    /// The next record; nothing at the end. An error (WP_INVALID) names the line; after it the
    /// reader is done.
    result<std::optional<record>> next();

    /// Line of the error, or the last one read; from 1.
    std::size_t line() const noexcept { return line_; }
    /// How much of the text is behind the last record.
    std::size_t offset() const noexcept { return at_; }

private:
    struct item {
        std::string_view name;
        std::string value;
    };

    error bad(std::string_view what) const;
    std::string_view physical_line();
    result<bool> logical_line(std::string& comment);
    result<bool> read_item(item& out, std::string& comment);
    result<void> split(std::string_view line, item& out) const;
    result<void> first_line(item& first);
    result<void> body(record& out);
    result<void> content(record& out, std::optional<item> first);
    result<void> change(record& out, std::string_view type);
    result<void> modify(record& out);
    result<void> rename(record& out);
    result<void> count_value();

    std::string_view text_;
    limits limits_;
    std::size_t at_ = 0;
    std::size_t next_line_ = 1; ///< number of the line at at_
    std::size_t line_ = 0;
    bool started_ = false;
    bool failed_ = false;
    std::size_t entry_size_ = 0;
    std::size_t entry_values_ = 0;
    std::string_view current_; ///< logical line: a view of the text, or of joined_
    std::string joined_;
};

} // namespace waypost::ldif
