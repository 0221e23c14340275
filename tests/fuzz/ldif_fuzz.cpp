// SPDX-License-Identifier: Apache-2.0
// sources: plugins/directories/ldif/parse/reader.cpp
// sources: plugins/directories/ldif/parse/writer.cpp
// sources: plugins/directories/ldif/parse/base64.cpp
// includes: plugins/directories/ldif
//
// The LDIF parser; what it reads, written again, is read as the same.
#include "parse/reader.hpp"
#include "parse/writer.hpp"

#include <cstdint>
#include <cstdlib>

using namespace waypost::ldif;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    reader records({reinterpret_cast<const char*>(data), size}, {4096, 65536, 1000});
    for (;;) {
        auto next = records.next();
        if (!next || !*next)
            return 0;
        auto& one = **next;
        one.comment.clear();
        std::string text;
        append_record(text, one);
        auto again = reader(text).next();
        if (!again || !*again)
            std::abort();
        const auto& other = **again;
        if (other.dn != one.dn || other.kind != one.kind || other.values != one.values ||
            other.modifications != one.modifications || other.new_rdn != one.new_rdn ||
            other.delete_old_rdn != one.delete_old_rdn || other.new_superior != one.new_superior)
            std::abort();
    }
}
