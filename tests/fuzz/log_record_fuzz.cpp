// SPDX-License-Identifier: Apache-2.0
// Any bytes as a segment: the parsers of groups and records never read outside them and never agree
// with themselves less than the encoders do. The checksum is made valid first, so that the record
// parser is reached.
// links: waypost::kernel::log
#include "log/format.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace waypost::kernel::log;

namespace {

/// Walks the group at the front; every record must lie inside it.
void walk(std::string_view segment, checksum& sum) {
    const auto group = read_group(segment, 0, sum);
    if (!group)
        return;
    if (group->end() > segment.size())
        std::abort();
    record_reader reader(*group);
    std::size_t seen = 0;
    for (record_view record; reader.next(record); ++seen) {
        if (record.offset + record.bytes.size() > group->end())
            std::abort();
        char line[record_header_size];
        encode(static_cast<const record_header&>(record), line);
        if (segment.substr(record.offset - sizeof line, sizeof line) !=
            std::string_view(line, sizeof line))
            std::abort();
        for (auto rest = record.bytes; rest.size() >= reference_size;
             rest.remove_prefix(reference_size))
            static_cast<void>(parse_reference(rest));
    }
    if (!reader.broken() && seen != group->records)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(parse_segment_header(bytes));
    static_cast<void>(parse_record_header(bytes));
    static_cast<void>(plausible_group(bytes, size / 2));
    checksum sum(segment_key{});
    walk(bytes, sum);

    if (size == 0)
        return 0;
    group_header header{1, data[0], size - 1, {}};
    sum.begin(header, 0);
    sum.update(data + 1, size - 1);
    header.sum = sum.finish();
    std::string made(group_header_size, '\0');
    encode(header, made.data());
    made.append(bytes.substr(1));
    walk(made, sum);
    return 0;
}
