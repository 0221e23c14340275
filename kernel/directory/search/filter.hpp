// SPDX-License-Identifier: Apache-2.0
// LDAP search filters (RFC 4515) over cached entries, for what a group's memberURL asks. Pure; a
// hostile text is refused, never misread.
#pragma once

#include "directory/entry_record.hpp"

#include <waypost/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {

inline constexpr std::size_t max_filter_size = 1024; ///< bytes
inline constexpr std::size_t max_filter_depth = 16;
inline constexpr std::size_t max_filter_parts = 128;

/// Values are compared without case, numbers as numbers in >= and <=. What an entry does not have
/// matches no assertion. Extensible matches (":=") are not known.
class filter {
public:
    static result<filter> parse(std::string_view text);
    bool matches(const entry_view& entry) const { return holds(0, entry); }

private:
    enum class kind { all_of, any_of, not_of, equal, present, contains, at_least, at_most };
    struct part {
        kind what = kind::present;
        std::string attribute;
        /// The value; of contains: the texts between the stars, the first and last may be empty.
        std::vector<std::string> texts;
        std::vector<std::size_t> below;
    };
    class parser;

    bool holds(std::size_t at, const entry_view& entry) const;
    static bool fits(const part& wanted, std::string_view value);

    std::vector<part> parts_; // the first is the whole
};

enum class search_scope { base, one, sub };

/// RFC 4516 without a host: a search in this directory.
struct search_url {
    std::string base; ///< normalised
    search_scope scope = search_scope::base;
    filter wanted;
};
result<search_url> parse_search_url(std::string_view text);

} // namespace waypost::kernel::directory
