// SPDX-License-Identifier: Apache-2.0
// Any bytes as a journal record or table value: refused, or read and written back to the same
// bytes.
// sources: plugins/stores/lmdb/format.cpp
// includes: plugins/stores/lmdb
#include "format.hpp"

#include <cstdlib>
#include <string>

using namespace waypost::lmdb;

namespace {

template <class Value>
void same(const Value& value, void (*encode_it)(const Value&, std::string&), std::string_view in) {
    std::string out;
    encode_it(value, out);
    if (out != in)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    if (const auto value = decode_record(in))
        same<record>(*value, &encode, in);
    if (const auto value = decode_row(1, in))
        same<row>(*value, &encode_row, in);
    if (const auto value = decode_mailbox(in))
        same<mailbox_value>(*value, &encode_mailbox, in);
    if (const auto value = decode_account(in))
        same<account_value>(*value, &encode_account, in);
    if (const auto value = decode_store(in))
        same<store_value>(*value, &encode_store, in);
    uid_runs runs(in);
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint64_t behind = 0;
    while (runs.next(first, last)) {
        if (first < behind || first == 0 || last < first)
            std::abort();
        behind = last;
    }
    return 0;
}
