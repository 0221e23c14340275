// SPDX-License-Identifier: Apache-2.0
// links: waypost::smtp_parse
// A mailbox that parses is the whole text, made of its parts, and parses again inside a path.
#include "parse/address.hpp"
#include "parse/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace waypost::smtp;

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(is_client_name(text));
    if (const auto box = parse_mailbox(text)) {
        require(box->address == text);
        require(std::string(box->local) + "@" + std::string(box->domain) == text);
        require(!has_control(text) && is_utf8(text));
        const std::string bracketed = "<" + text + "> REST";
        std::string_view input = bracketed;
        const auto path = parse_path(input, path_use::forward);
        require(path && path->to.address == text && input == " REST");
    }
    std::string_view input = text;
    if (const auto path = parse_path(input, path_use::reverse))
        require(path->is_null() || static_cast<bool>(parse_mailbox(path->to.address)));
    return 0;
}
