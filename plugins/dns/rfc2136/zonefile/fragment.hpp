// SPDX-License-Identifier: Apache-2.0
// The content of a file that a zone includes (RFC 1035 s5.1): records, one a line, absolute, so
// that they mean the same wherever the file is included. Pure.
#pragma once

#include "names.hpp"

#include <vector>

namespace waypost::zonefile {

class fragment {
public:
    /// WP_INVALID with the number of a line that is neither a record nor a comment.
    static result<fragment> parse(std::string_view text);

    /// All or nothing. WP_CONFLICT: a requirement does not hold. A set that is required to be
    /// absent may be there just as this batch adds it: the same batch again.
    result<void> apply(const std::vector<dns::change>& changes);
    std::string text() const;

private:
    struct row {
        std::string owner, type, data;
        std::string line; ///< without its end
    };
    static result<row> row_of(const dns::record& from);
    bool holds(const row& one) const;
    bool may_be_absent(const dns::record& set, const std::vector<dns::change>& changes) const;

    std::vector<row> rows_;
};

} // namespace waypost::zonefile
