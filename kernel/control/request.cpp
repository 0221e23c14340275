// SPDX-License-Identifier: Apache-2.0
#include "control/request.hpp"

#include <array>

namespace waypost::kernel::control {
namespace {

struct word {
    wp_status status;
    std::string_view text;
};
constexpr std::array<word, 14> words{{{WP_OK, "ok"},
                                      {WP_PENDING, "pending"},
                                      {WP_NOT_FOUND, "not-found"},
                                      {WP_TEMPFAIL, "temporary-failure"},
                                      {WP_PERMFAIL, "permanent-failure"},
                                      {WP_INVALID, "invalid"},
                                      {WP_UNSUPPORTED, "unsupported"},
                                      {WP_BUSY, "busy"},
                                      {WP_STOPPING, "stopping"},
                                      {WP_DENIED, "denied"},
                                      {WP_EXISTS, "exists"},
                                      {WP_CONFLICT, "conflict"},
                                      {WP_OVERQUOTA, "over-quota"},
                                      {WP_BUG, "bug"}}};

// Names and values from a directory may hold any bytes; the answer stays JSON.
std::string line(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace

result<request> parse_request(std::string_view text) {
    const json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) {
        return error{WP_INVALID,
                     "a request is one JSON object on one line: {\"call\": NAME, \"args\": {...}}"};
    }
    request made;
    for (const auto& [key, value] : parsed.items()) {
        if (key == "call" && value.is_string()) {
            made.call = value.get<std::string>();
        } else if (key == "args" && value.is_object()) {
            made.args = value;
        } else if (key == "as" && value.is_string()) {
            made.as = value.get<std::string>();
        } else {
            return error{
                WP_INVALID,
                "a request has \"call\" (a text) and \"args\" (an object), and nothing else"};
        }
    }
    if (made.call.empty()) {
        return error{WP_INVALID, "the request names no call"};
    }
    return made;
}

std::string encode_row(const json& row) {
    return line({{"row", row}});
}

std::string encode_result(const json& value) {
    return line({{"ok", true}, {"result", value}});
}

std::string encode_error(const error& why) {
    return line({{"ok", false}, {"error", {{"status", word_of(why.status)}, {"text", why.text}}}});
}

std::string_view word_of(wp_status status) noexcept {
    for (const auto& entry : words) {
        if (entry.status == status) {
            return entry.text;
        }
    }
    return status < 0 ? "bug" : "temporary-failure";
}

wp_status status_of(std::string_view text) noexcept {
    for (const auto& entry : words) {
        if (entry.text == text) {
            return entry.status;
        }
    }
    return WP_TEMPFAIL;
}

} // namespace waypost::kernel::control
