// SPDX-License-Identifier: Apache-2.0
// The bytes of the log: every encoder has a parser that reads it back, and parsers refuse
// everything else.
#include "log/format.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace waypost::kernel::log;

namespace {

std::string text_of(const auto& header, std::size_t size) {
    std::string text(size, '?');
    encode(header, text.data());
    return text;
}

TEST(log_format, a_segment_header_is_one_line_and_reads_back) {
    segment_header header;
    header.id = 7;
    header.previous = 6;
    header.previous_end = 4711;
    header.first = 99;
    header.key.fill(0xa5);
    const auto text = text_of(header, segment_header_size);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    const auto back = parse_segment_header(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->id, 7U);
    EXPECT_EQ(back->previous_end, 4711U);
    EXPECT_EQ(back->first, 99U);
    EXPECT_EQ(back->key, header.key);
    EXPECT_FALSE(back->cold);
}

TEST(log_format, any_changed_byte_of_a_segment_header_is_noticed) {
    const auto text = text_of(segment_header{}, segment_header_size);
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto bad = text;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_FALSE(parse_segment_header(bad)) << i;
    }
}

TEST(log_format, group_and_record_headers_are_lines_of_their_fixed_size) {
    group_header group{5, 2, 300, {1, 2}};
    const auto line = text_of(group, group_header_size);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    ASSERT_TRUE(parse_group_header(line));
    EXPECT_EQ(parse_group_header(line)->bytes, 300U);

    record_header record;
    record.kind = record_kind::message;
    record.envelope = 10;
    record.content = 20;
    record.length = 33;
    record.message = 77;
    const auto text = text_of(record, record_header_size);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    ASSERT_TRUE(parse_record_header(text));
    EXPECT_EQ(parse_record_header(text)->message, 77U);
}

TEST(log_format, lengths_that_contradict_each_other_are_refused) {
    record_header record;
    record.kind = record_kind::message;
    record.envelope = 10;
    record.content = 20;
    record.length = 34;
    EXPECT_FALSE(parse_record_header(text_of(record, record_header_size)));
    record.content = ~std::uint64_t{0};
    record.length = 12;
    EXPECT_FALSE(parse_record_header(text_of(record, record_header_size)));
}

TEST(log_format, references_read_back_with_their_sign) {
    for (const std::int32_t delta : {1, -1, 1000, -2147483647}) {
        const auto text = text_of(reference{42, delta}, reference_size);
        ASSERT_TRUE(parse_reference(text));
        EXPECT_EQ(parse_reference(text)->delta, delta);
        EXPECT_EQ(parse_reference(text)->message, 42U);
    }
    EXPECT_FALSE(parse_reference("000000000000002a *00000001\n"));
}

} // namespace
