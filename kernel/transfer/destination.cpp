// SPDX-License-Identifier: Apache-2.0
#include "transfer/destination.hpp"

#include "transfer/big_endian.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace waypost::kernel::transfer {

std::string destination_of(const recipient& to) {
    std::string out = to.channel;
    if (!to.next_hop.empty())
        out.append(" ").append(to.next_hop);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20)
            c = '_';
    if (out.size() > max_destination_bytes) {
        const auto hash = XXH3_64bits(out.data(), out.size());
        out.resize(max_destination_bytes - 17);
        out += fmt::format("~{:016x}", hash);
    }
    return out;
}

std::string_view channel_of(std::string_view destination) noexcept {
    return destination.substr(0, destination.find(' '));
}

std::vector<index_row> rows_of(log::message_id id, const envelope& what) {
    std::vector<index_row> rows;
    for (const auto& to : what.recipients) {
        auto name = destination_of(to);
        auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const index_row& row) { return row.destination == name; });
        if (at == rows.end())
            at = rows.insert(at, index_row{std::move(name), never, id, {}});
        ++at->counts[static_cast<std::size_t>(to.state)];
        if (to.state == recipient_state::pending)
            at->when_ns = std::min(at->when_ns, std::max<std::int64_t>(to.next_try_ns, 1));
    }
    return rows;
}

std::string key_of(std::string_view destination, std::int64_t when_ns, log::message_id id) {
    std::string key(destination);
    key.push_back('\0');
    append_big_endian(key, static_cast<std::uint64_t>(when_ns));
    append_big_endian(key, id);
    return key;
}

std::string key_of(const index_row& row) {
    return key_of(row.destination, row.when_ns, row.id);
}

row_key parse_key(std::string_view key) noexcept {
    const auto end = key.size() - 17;
    return {key.substr(0, end), static_cast<std::int64_t>(get_big_endian(key.data() + end + 1)),
            get_big_endian(key.data() + end + 9)};
}

} // namespace waypost::kernel::transfer
