// SPDX-License-Identifier: Apache-2.0
// The end of the log; see writer.hpp.
#include "log/writer.hpp"

#include "log/fault.hpp"
#include "log/segment.hpp"

namespace waypost::kernel::log {

writer::writer(std::filesystem::path directory, std::size_t segment_bytes, const log_end& end)
    : directory_(std::move(directory)), segment_bytes_(segment_bytes), active_id_(end.segment),
      next_id_(end.next_segment), end_(end.offset) {}

result<void> writer::open_next(position first) {
    active_.close();
    segment_header header;
    header.id = take_segment_id();
    header.first = first;
    header.previous = active_id_;
    header.previous_end = end_;
    header.key = random_key();
    auto made = create_segment(directory_, header);
    syncs_ += 2;
    if (!made)
        return made.failure();
    active_ = std::move(*made);
    active_id_ = header.id;
    end_ = segment_header_size;
    checksum_ = std::make_unique<checksum>(header.key);
    return {};
}

checksum_value writer::sum_of(const group_header& header) {
    checksum_->begin(header, end_);
    for (std::size_t i = 1; i < vectors_.size(); ++i)
        checksum_->update(vectors_[i].iov_base, vectors_[i].iov_len);
    return checksum_->finish();
}

result<placement> writer::write(group& body, position sequence) {
    const auto size = group_header_size + body.body_bytes();
    const bool full = end_ > segment_header_size && end_ + size > segment_bytes_;
    if (!active_.is_open() || full)
        if (auto opened = open_next(sequence); !opened)
            return opened.failure();

    char line[group_header_size];
    vectors_.clear();
    vectors_.push_back({line, sizeof line});
    body.append_to(vectors_);
    group_header header{sequence, body.record_count(), body.body_bytes(), {}};
    header.sum = sum_of(header);
    encode(header, line);

    fault::point("log.group.before_write");
    auto outcome = active_.write(vectors_, end_);
    fault::point("log.group.written");
    if (outcome) {
        ++syncs_;
        outcome = active_.sync();
    }
    if (!outcome) {
        static_cast<void>(active_.cut(end_)); // open_next() says where it ends, but may fail too
        retire();
        return outcome.failure();
    }
    fault::point("log.group.synced");
    const placement at{active_id_, end_ + group_header_size, end_ + size};
    end_ = at.end;
    return at;
}

} // namespace waypost::kernel::log
