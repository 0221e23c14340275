// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/dot_stuffing.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waypost::net {
namespace {

struct decoded {
    std::string content;
    std::string rest;
    bool end = false;
    bool bare_lf = false;
    bool bare_cr = false;
    bool operator==(const decoded&) const = default;
};

/// Feeds `input` in pieces cut at the given places.
decoded decode(std::string_view input, const std::vector<std::size_t>& cuts) {
    decoded out;
    dot_decoder decoder;
    std::size_t from = 0;
    for (std::size_t i = 0; i <= cuts.size() && !out.end; ++i) {
        const std::size_t to = i < cuts.size() ? cuts[i] : input.size();
        std::string part(input.substr(from, to - from)); // its own memory: sanitizers see overreads
        std::string_view left = part;
        while (!left.empty() && !out.end) {
            const auto piece = decoder.next(left);
            out.content += piece.content;
            out.end = piece.end;
            left.remove_prefix(piece.consumed);
        }
        from = to - left.size();
        if (out.end)
            out.rest = input.substr(from);
    }
    out.bare_lf = decoder.saw_bare_lf();
    out.bare_cr = decoder.saw_bare_cr();
    return out;
}

struct row {
    const char* name;
    std::string_view input;
    decoded expected;
};

const row table[] = {
    {"empty message", ".\r\n", {"", "", true, false, false}},
    {"one line", "hi\r\n.\r\n", {"hi\r\n", "", true, false, false}},
    {"commands behind the end are left",
     "hi\r\n.\r\nQUIT\r\n",
     {"hi\r\n", "QUIT\r\n", true, false, false}},
    {"stuffed dot", "..\r\n..a\r\n.\r\n", {".\r\n.a\r\n", "", true, false, false}},
    {"a lone dot is dropped at a line start", ".a\r\n.\r\n", {"a\r\n", "", true, false, false}},
    {"dot inside a line", "a.b\r\n.\r\n", {"a.b\r\n", "", true, false, false}},
    {"empty lines", "\r\n\r\n.\r\n", {"\r\n\r\n", "", true, false, false}},
    {"LF . LF does not end", "a\n.\nb\r\n.\r\n", {"a\n.\nb\r\n", "", true, true, false}},
    {"LF . CRLF does not end", "a\n.\r\nb\r\n.\r\n", {"a\n.\r\nb\r\n", "", true, true, false}},
    {"CRLF . LF does not end", "a\r\n.\nb\r\n.\r\n", {"a\r\n\nb\r\n", "", true, true, false}},
    {"CR . CR does not end", "a\r.\rb\r\n.\r\n", {"a\r.\rb\r\n", "", true, false, true}},
    {"CRLF . CR does not end", "a\r\n.\rb\r\n.\r\n", {"a\r\n\rb\r\n", "", true, false, true}},
    {"CR . CRLF does not end", "a\r.\r\nb\r\n.\r\n", {"a\r.\r\nb\r\n", "", true, false, true}},
    {"CR CR LF is a bare CR and a line end", "a\r\r\n.\r\n", {"a\r\r\n", "", true, false, true}},
    {"CRLF . CR CR LF does not end", "\r\n.\r\r\n.\r\n", {"\r\n\r\r\n", "", true, false, true}},
    {"LF CR . does not end", "a\n\r.\r\n.\r\n", {"a\n\r.\r\n", "", true, true, true}},
    {"LF first", "\n.\r\n.\r\n", {"\n.\r\n", "", true, true, false}},
    {"CRLF split by a NUL",
     std::string_view("a\r\0\n.\r\n\r\n.\r\n", 12),
     {std::string("a\r\0\n.\r\n\r\n", 9), "", true, true, true}},
    {"not ended", "abc\r\nde", {"abc\r\nde", "", false, false, false}},
    {"an unfinished dot is kept back", "abc\r\n.", {"abc\r\n", "", false, false, false}},
};

TEST(dot_decoder, gives_the_same_result_wherever_the_input_is_split) {
    for (const row& each : table) {
        SCOPED_TRACE(each.name);
        EXPECT_EQ(decode(each.input, {}), each.expected);
        for (std::size_t a = 0; a <= each.input.size(); ++a)
            for (std::size_t b = a; b <= each.input.size(); ++b)
                ASSERT_EQ(decode(each.input, {a, b}), each.expected) << a << " " << b;
        std::vector<std::size_t> every;
        for (std::size_t i = 1; i < each.input.size(); ++i)
            every.push_back(i);
        EXPECT_EQ(decode(each.input, every), each.expected);
    }
}

TEST(dot_decoder, passes_whole_lines_on_in_one_piece) {
    std::string input;
    for (int i = 0; i < 100; ++i)
        input += "a line of text\r\n";
    dot_decoder decoder;
    const auto piece = decoder.next(input);
    EXPECT_EQ(piece.content.data(), input.data());
    EXPECT_EQ(piece.content.size(), input.size());
}

std::string encode(std::string_view input, std::size_t cut) {
    std::string out;
    dot_encoder encoder;
    for (std::string_view part : {input.substr(0, cut), input.substr(cut)}) {
        while (!part.empty()) {
            const auto piece = encoder.next(part);
            if (piece.dot)
                out += '.';
            out += piece.content;
            part.remove_prefix(piece.consumed);
        }
    }
    return out + std::string(encoder.finish());
}

TEST(dot_encoder, is_undone_by_the_decoder_wherever_it_is_split) {
    for (const std::string_view content :
         {"", ".\r\n", "a\r\n", ".a\r\n..\r\n", "\r\n.\r\n\r\n..b\r\n", "x.\r\n.\r\n"})
        for (std::size_t cut = 0; cut <= content.size(); ++cut) {
            const decoded back = decode(encode(content, cut), {});
            EXPECT_EQ(back.content, content);
            EXPECT_TRUE(back.end);
            EXPECT_EQ(back.rest, "");
        }
}

TEST(dot_encoder, ends_a_last_line_that_has_no_end) {
    EXPECT_EQ(encode("a", 0), "a\r\n.\r\n");
}

} // namespace
} // namespace waypost::net
