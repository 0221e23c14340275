// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/line_reader.hpp>

#include <cstring>

namespace waypost::net {

line_reader::found line_reader::next(std::string_view input) noexcept {
    if (input.empty())
        return {outcome::more, {}, 0};
    const char* begin = input.data();
    const auto* lf = static_cast<const char*>(std::memchr(begin, '\n', input.size()));
    const std::size_t before_lf =
        lf != nullptr ? static_cast<std::size_t>(lf - begin) : input.size();

    if (const auto* cr = static_cast<const char*>(std::memchr(begin, '\r', before_lf))) {
        const auto at = static_cast<std::size_t>(cr - begin);
        const bool may_be_end = lf != nullptr ? at + 1 == before_lf : at + 1 == input.size();
        if (!may_be_end) {
            skipping_ = false;
            return {outcome::bare_cr, input.substr(0, at), at + 1};
        }
        if (lf != nullptr) {
            const bool long_line = skipping_ || before_lf + 1 > limit_;
            skipping_ = false;
            return {long_line ? outcome::too_long : outcome::line, input.substr(0, at),
                    before_lf + 1};
        }
    } else if (lf != nullptr) {
        skipping_ = false;
        return {outcome::bare_lf, input.substr(0, before_lf), before_lf + 1};
    }
    if (!skipping_ && input.size() < limit_)
        return {outcome::more, {}, 0};
    // Too long already: let go of all but a CR, which may be half of the end.
    skipping_ = true;
    return {outcome::more, {}, input.back() == '\r' ? input.size() - 1 : input.size()};
}

} // namespace waypost::net
