// SPDX-License-Identifier: Apache-2.0
// Record formats: what is written reads back, what is damaged is refused, deliveries are small.
#include "format.hpp"

#include <gtest/gtest.h>

namespace waypost::lmdb {
namespace {

record delivery() {
    record out;
    out.kind = record_kind::add;
    out.account = 70'000;
    out.mailbox = 70'001;
    out.entry = {100'000,
                 300'000,
                 1,
                 UINT64_C(5'000'000'000),
                 4096,
                 INT64_C(1'800'000'000'000'000'000),
                 "Return-Path: <a@b>\r\n"};
    out.key = {UINT64_C(0x1122334455667788), UINT64_C(0x99aabbccddeeff00)};
    return out;
}

TEST(store_format, a_delivery_takes_less_than_100_octets_and_its_prefix) {
    std::string bytes;
    encode(delivery(), bytes);
    EXPECT_LE(bytes.size() - delivery().entry.prefix.size(), 60U);
    const auto back = decode_record(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->entry.uid, 100'000U);
    EXPECT_EQ(back->entry.message, UINT64_C(5'000'000'000));
    EXPECT_EQ(back->entry.date_ns, INT64_C(1'800'000'000'000'000'000));
    EXPECT_EQ(back->entry.prefix, "Return-Path: <a@b>\r\n");
    EXPECT_EQ(back->key, delivery().key);
}

TEST(store_format, every_cut_and_every_tail_of_a_record_is_refused) {
    std::string bytes;
    encode(delivery(), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_record(bytes.substr(0, size))) << size;
    EXPECT_FALSE(decode_record(bytes + "x"));
}

TEST(store_format, uid_sets_are_runs) {
    const std::vector<std::uint32_t> uids{1, 2, 3, 7, 4'294'967'294, 4'294'967'295};
    std::string bytes;
    encode_uids(uids, bytes);
    uid_runs runs(bytes);
    std::vector<std::uint32_t> back;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    while (runs.next(first, last))
        for (std::uint64_t uid = first; uid <= last; ++uid)
            back.push_back(static_cast<std::uint32_t>(uid));
    EXPECT_EQ(back, uids);
    EXPECT_FALSE(runs.broken());
    EXPECT_FALSE(valid_uids(std::string("\x00\x01", 2))); // UID 0
    EXPECT_FALSE(valid_uids(std::string("\x01\x00", 2))); // an empty run
    EXPECT_FALSE(valid_uids("\xff\xff\xff\xff\x0f\x02")); // past the last UID
}

TEST(store_format, table_values_read_back) {
    std::string bytes;
    encode_row(delivery().entry, bytes);
    const auto entry = decode_row(100'000, bytes);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->modseq, 300'000U);
    EXPECT_EQ(entry->total(), 4096 + delivery().entry.prefix.size());
    EXPECT_FALSE(decode_row(1, bytes.substr(0, 10)));

    bytes.clear();
    mailbox_value box;
    box.uid_validity = 9, box.uid_next = 4, box.messages = 3, box.removed = true, box.path = "a/b";
    encode_mailbox(box, bytes);
    const auto read = decode_mailbox(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->path, "a/b");
    EXPECT_TRUE(read->removed);
    EXPECT_FALSE(decode_mailbox("\x02"));
}

} // namespace
} // namespace waypost::lmdb
