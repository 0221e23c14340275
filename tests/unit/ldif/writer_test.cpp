// SPDX-License-Identifier: Apache-2.0
#include "parse/reader.hpp"
#include "parse/writer.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

std::string line(std::string_view name, std::string_view value) {
    std::string out;
    append_line(out, name, value);
    return out;
}

TEST(ldif_writer, encodes_what_is_no_safe_string) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"plain", "a: plain\n"},    {"", "a:\n"},          {" b", "a:: IGI=\n"},
        {"b ", "a:: YiA=\n"},       {":b", "a:: OmI=\n"},  {"<b", "a:: PGI=\n"},
        {"\xC3\xA4", "a:: w6Q=\n"}, {"x\ny", "a:: eAp5\n"}};
    for (const auto& [value, wanted] : table)
        EXPECT_EQ(line("a", value), wanted);
}

TEST(ldif_writer, folds_at_76_columns) {
    const auto text = line("a", std::string(300, 'x'));
    std::size_t start = 0;
    for (auto end = text.find('\n'); end != std::string::npos;
         start = end + 1, end = text.find('\n', start))
        EXPECT_LE(end - start, 76U);
}

TEST(ldif_writer, writes_what_the_reader_reads) {
    record one;
    one.dn = "uid=ann,o=\xC3\xA4";
    one.kind = record_kind::modify;
    one.modifications = {{mod_kind::add, "cn;lang-de", {std::string(400, 'y'), " x", ""}},
                         {mod_kind::remove, "sn", {}},
                         {mod_kind::replace, "mail", {"a@example.com"}}};
    std::string text;
    append_record(text, one);
    auto again = reader(text).next();
    ASSERT_TRUE(again && *again);
    EXPECT_EQ((*again)->dn, one.dn);
    EXPECT_EQ((*again)->modifications, one.modifications);

    record moved;
    moved.dn = "o=a";
    moved.kind = record_kind::rename;
    moved.new_rdn = "o=b";
    moved.new_superior = "";
    text.clear();
    append_record(text, moved);
    auto renamed = reader(text).next();
    ASSERT_TRUE(renamed && *renamed);
    EXPECT_EQ((*renamed)->new_superior, "");
}

} // namespace
