// SPDX-License-Identifier: Apache-2.0
// The group builder; see group.hpp.
#include "log/group.hpp"

#include <algorithm>

namespace waypost::kernel::log {
namespace {

/// Below this copying is cheaper than one more I/O vector.
constexpr std::size_t copy_below = 256;

} // namespace

void group::put_arena(std::string_view bytes) {
    const std::size_t at = arena_.size();
    arena_.append(bytes);
    if (!pieces_.empty() && !pieces_.back().data)
        pieces_.back().size += bytes.size(); // the last piece always ends where the arena did
    else
        pieces_.push_back({nullptr, at, bytes.size()});
    body_ += bytes.size();
}

void group::put_content(std::string_view bytes) {
    if (bytes.size() < copy_below) {
        if (!bytes.empty())
            put_arena(bytes);
        return;
    }
    pieces_.push_back({bytes.data(), 0, bytes.size()});
    body_ += bytes.size();
}

void group::put_record(const record_header& header) {
    char line[record_header_size];
    encode(header, line);
    put_arena({line, sizeof line});
    records_.push_back({header, body_, arena_.size()});
}

message_id group::put_message(const message_parts& parts) {
    record_header header;
    header.envelope = static_cast<std::uint32_t>(parts.envelope.size());
    header.length = parts.envelope.size() + envelope_end.size();
    if (parts.file) {
        header.kind = record_kind::large_message;
        header.message = parts.file->id();
        header.content = parts.file->size();
        files_.push_back(parts.file);
    } else {
        header.kind = record_kind::message;
        header.message = ids_.fetch_add(1, std::memory_order_relaxed);
        for (const auto part : parts.content)
            header.content += part.size();
        header.length += header.content;
    }
    put_record(header);
    put_arena(parts.envelope);
    put_arena(envelope_end);
    for (const auto part : parts.content)
        put_content(part);
    ++messages_;
    return header.message;
}

void group::put_journal(consumer_id consumer, std::string_view bytes) {
    record_header header;
    header.consumer = consumer;
    header.length = bytes.size();
    put_record(header);
    put_arena(bytes);
}

void group::ref(message_id message, std::int32_t delta) {
    references_.push_back({message, delta});
}

group::mark_type group::mark() const noexcept {
    return {records_.size(), references_.size(),
            pieces_.size(),  pieces_.empty() ? 0 : pieces_.back().size,
            arena_.size(),   body_,
            files_.size()};
}

void group::rollback(const mark_type& to) {
    messages_ -= static_cast<std::uint64_t>(
        std::count_if(records_.begin() + static_cast<std::ptrdiff_t>(to.records), records_.end(),
                      [](const entry& one) { return one.header.kind != record_kind::journal; }));
    records_.resize(to.records);
    references_.resize(to.references);
    pieces_.resize(to.pieces);
    if (!pieces_.empty())
        pieces_.back().size = to.last_piece;
    arena_.resize(to.arena);
    body_ = to.body;
    files_.resize(to.files);
}

void group::clear() noexcept {
    arena_.clear();
    pieces_.clear();
    records_.clear();
    references_.clear();
    files_.clear();
    body_ = 0;
    messages_ = 0;
}

void group::seal() {
    if (references_.empty())
        return;
    record_header header;
    header.consumer = index_consumer;
    header.length = references_.size() * reference_size;
    put_record(header);
    for (const auto& change : references_) {
        char line[reference_size];
        encode(change, line);
        put_arena({line, sizeof line});
    }
    references_.clear();
}

void group::append_to(std::vector<iovec>& out) const {
    for (const auto& part : pieces_) {
        const char* data = part.data ? part.data : arena_.data() + part.arena_at;
        out.push_back({const_cast<char*>(data), part.size});
    }
}

void group::collect(consumer_id consumer, std::uint64_t body_at,
                    std::vector<record_view>& out) const {
    out.clear();
    for (const auto& one : records_) {
        if (one.header.consumer != consumer)
            continue;
        auto& view = out.emplace_back();
        static_cast<record_header&>(view) = one.header;
        view.offset = body_at + one.body_at;
        if (one.header.kind == record_kind::journal)
            view.bytes = std::string_view(arena_).substr(one.arena_at, one.header.length);
    }
}

void group::keep_files() noexcept {
    for (auto* one : files_)
        one->keep();
}

} // namespace waypost::kernel::log
