// SPDX-License-Identifier: Apache-2.0
// One record of an LDIF file (RFC 2849): content of an entry or a change to one. Plain data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace waypost::ldif {

enum class record_kind { content, add, modify, remove, rename };
enum class mod_kind { add, remove, replace };

/// A value under its attribute description, options (`;lang-de`) included.
struct named_value {
    std::string name;
    std::string value;
    friend bool operator==(const named_value&, const named_value&) = default;
};

struct modification {
    mod_kind kind = mod_kind::add;
    std::string name;
    std::vector<std::string> values;
    friend bool operator==(const modification&, const modification&) = default;
};

struct record {
    std::size_t line = 0; ///< of its `dn:`
    record_kind kind = record_kind::content;
    std::string dn;
    std::string comment;             ///< comment lines above and within it, each with its line end
    std::vector<named_value> values; ///< content, add
    std::vector<modification> modifications; ///< modify
    std::string new_rdn;                     ///< rename
    bool delete_old_rdn = false;
    std::optional<std::string> new_superior;
};

} // namespace waypost::ldif
