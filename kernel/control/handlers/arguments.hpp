// SPDX-License-Identifier: Apache-2.0
// Arguments of a call: typed reads that refuse what is missing, of a wrong type or not known, in
// words for the caller.
#pragma once

#include "control/sources.hpp"

#include <initializer_list>

namespace waypost::kernel::control {

/// Refuses arguments that are not among `known`: a misspelt one must not be ignored.
result<void> only(const json& args, std::initializer_list<std::string_view> known);
result<std::string> text_argument(const json& args, const char* name);
/// Empty when it is not there.
result<std::string> optional_text(const json& args, const char* name);
result<std::uint64_t> id_argument(const json& args);
/// "attributes": [{"name", "values": [...], "op": "add"|"remove"|"replace"}]; not there: none.
result<edits> edits_argument(const json& args);

inline error not_in_this_build() {
    return {WP_UNSUPPORTED,
            "this daemon has no part that could do this; `waypost plugins` lists what is enabled"};
}

} // namespace waypost::kernel::control
