// SPDX-License-Identifier: Apache-2.0
#include "transfer/hop_counter.hpp"

#include <waypost/ascii.hpp>

namespace waypost::kernel::transfer {
namespace {

constexpr std::string_view name = "received:";

} // namespace

/// Compares what this line begins with, until it is known to be the field or not.
void hop_counter::begin_of_line(std::string_view& rest) noexcept {
    while (at_name_ && !rest.empty()) {
        const char next = rest.front();
        if (matched_ == 0 && (next == '\r' || next == '\n')) {
            ended_ = true;
            return;
        }
        if (ascii_lower(next) != name[matched_]) {
            at_name_ = false;
            return;
        }
        rest.remove_prefix(1);
        if (++matched_ == name.size()) {
            ++hops_;
            at_name_ = false;
        }
    }
}

void hop_counter::feed(std::string_view piece) noexcept {
    while (!ended_ && !piece.empty()) {
        begin_of_line(piece);
        if (ended_ || at_name_)
            return;
        const auto line_end = piece.find('\n');
        if (line_end == std::string_view::npos)
            return;
        piece.remove_prefix(line_end + 1);
        at_name_ = true;
        matched_ = 0;
    }
}

} // namespace waypost::kernel::transfer
