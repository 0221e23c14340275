// SPDX-License-Identifier: Apache-2.0
// links: waypost::net
// Content decoded in one go and octet by octet is the same; what the decoder calls strict survives
// a round trip; the line reader never gives a line with CR or LF in it.
#include <waypost/net/dot_stuffing.hpp>
#include <waypost/net/line_reader.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace waypost::net;

namespace {

struct decoded {
    std::string content;
    std::size_t consumed = 0;
    bool end = false;
    bool strict = true;
    bool operator==(const decoded&) const = default;
};

decoded decode(std::string_view input, std::size_t step) {
    decoded out;
    dot_decoder decoder;
    while (out.consumed < input.size() && !out.end) {
        const std::string part(input.substr(out.consumed, step));
        std::string_view left = part;
        while (!left.empty() && !out.end) {
            const auto piece = decoder.next(left);
            out.content += piece.content;
            out.end = piece.end;
            left.remove_prefix(piece.consumed);
            out.consumed += piece.consumed;
        }
    }
    out.strict = decoder.is_strict();
    return out;
}

std::string encode(std::string_view content) {
    std::string out;
    dot_encoder encoder;
    while (!content.empty()) {
        const auto piece = encoder.next(content);
        if (piece.dot)
            out += '.';
        out += piece.content;
        content.remove_prefix(piece.consumed);
    }
    return out + std::string(encoder.finish());
}

void require(bool holds) {
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const decoded whole = decode(input, size + 1);
    require(whole == decode(input, 1));
    require(whole == decode(input, 3));
    if (whole.end && whole.strict)
        require(decode(encode(whole.content), 7).content == whole.content);

    line_reader reader(64);
    std::string_view left = input;
    for (;;) {
        const auto got = reader.next(left);
        require(got.line.find_first_of("\r\n") == std::string_view::npos);
        left.remove_prefix(got.consumed);
        if (got.what == line_reader::outcome::more)
            return 0;
    }
}
