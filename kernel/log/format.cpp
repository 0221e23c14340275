// SPDX-License-Identifier: Apache-2.0
// Encoders and parsers of the log; see format.hpp.
#include "log/format.hpp"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace waypost::kernel::log {
namespace {

/// Writes fixed-width fields.
class line_writer {
public:
    explicit line_writer(char* out) noexcept : at_(out) {}
    line_writer& text(std::string_view literal) noexcept {
        std::memcpy(at_, literal.data(), literal.size());
        at_ += literal.size();
        return *this;
    }
    template <int Width>
    line_writer& hex(std::uint64_t value) noexcept {
        for (int i = Width - 1; i >= 0; --i, value >>= 4U)
            at_[i] = "0123456789abcdef"[value & 15U];
        at_ += Width;
        return *this;
    }
    const char* at() const noexcept { return at_; }

private:
    char* at_;
};

/// Reads the same fields; good() is false once anything differed.
class line_reader {
public:
    explicit line_reader(std::string_view in) noexcept : rest_(in) {}
    line_reader& text(std::string_view literal) noexcept {
        if (rest_.substr(0, literal.size()) != literal)
            return fail();
        rest_.remove_prefix(literal.size());
        return *this;
    }
    template <int Width, class T>
    line_reader& hex(T& value) noexcept {
        if (rest_.size() < Width)
            return fail();
        std::uint64_t sum = 0;
        for (const char c : rest_.substr(0, Width)) {
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                     : -1;
            if (digit < 0)
                return fail();
            sum = sum << 4U | static_cast<unsigned>(digit);
        }
        value = static_cast<T>(sum);
        rest_.remove_prefix(Width);
        return *this;
    }
    char letter() noexcept {
        if (rest_.empty())
            return fail(), '\0';
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    bool good() const noexcept { return good_; }

private:
    line_reader& fail() noexcept {
        good_ = false;
        rest_ = {};
        return *this;
    }
    std::string_view rest_;
    bool good_ = true;
};

constexpr std::size_t segment_sum_at = segment_header_size - 22;

} // namespace

void encode(const segment_header& header, char* out) noexcept {
    line_writer line(out);
    line.text("Waypost segment 1 id=").hex<16>(header.id).text(" key=");
    for (const auto byte : header.key)
        line.hex<2>(byte);
    line.text(" prev=").hex<16>(header.previous).text(" prev-end=").hex<16>(header.previous_end);
    line.text(" first=").hex<16>(header.first).text(header.cold ? " cold" : " mail");
    line.text(" sum=").hex<16>(XXH3_64bits(out, segment_sum_at)).text("\n");
}

std::optional<segment_header> parse_segment_header(std::string_view text) noexcept {
    if (text.size() < segment_header_size)
        return std::nullopt;
    segment_header header;
    line_reader line(text);
    std::uint64_t sum = 0;
    line.text("Waypost segment 1 id=").hex<16>(header.id).text(" key=");
    for (auto& byte : header.key)
        line.hex<2>(byte);
    line.text(" prev=").hex<16>(header.previous).text(" prev-end=").hex<16>(header.previous_end);
    line.text(" first=").hex<16>(header.first).text(" ");
    const char kind = line.letter();
    header.cold = kind == 'c';
    line.text(header.cold ? "old" : "ail").text(" sum=").hex<16>(sum).text("\n");
    if (!line.good() || sum != XXH3_64bits(text.data(), segment_sum_at))
        return std::nullopt;
    return header;
}

void encode(const group_header& header, char* out) noexcept {
    line_writer(out)
        .text("=group ")
        .hex<16>(header.sequence)
        .text(" records=")
        .hex<8>(header.records)
        .text(" bytes=")
        .hex<16>(header.bytes)
        .text(" sum=")
        .hex<16>(header.sum[0])
        .hex<16>(header.sum[1])
        .text("\n");
}

std::optional<group_header> parse_group_header(std::string_view text) noexcept {
    group_header header;
    line_reader line(text);
    line.text("=group ").hex<16>(header.sequence).text(" records=").hex<8>(header.records);
    line.text(" bytes=")
        .hex<16>(header.bytes)
        .text(" sum=")
        .hex<16>(header.sum[0])
        .hex<16>(header.sum[1]);
    line.text("\n");
    if (!line.good())
        return std::nullopt;
    return header;
}

void encode(const record_header& header, char* out) noexcept {
    const char kind = static_cast<char>(header.kind);
    line_writer(out)
        .text({&kind, 1})
        .text(" consumer=")
        .hex<4>(header.consumer)
        .text(" length=")
        .hex<16>(header.length)
        .text(" message=")
        .hex<16>(header.message)
        .text(" envelope=")
        .hex<8>(header.envelope)
        .text(" content=")
        .hex<16>(header.content)
        .text(" enc=0 key=0\n");
}

std::optional<record_header> parse_record_header(std::string_view text) noexcept {
    record_header header;
    line_reader line(text);
    header.kind = static_cast<record_kind>(line.letter());
    line.text(" consumer=").hex<4>(header.consumer).text(" length=").hex<16>(header.length);
    line.text(" message=").hex<16>(header.message).text(" envelope=").hex<8>(header.envelope);
    line.text(" content=").hex<16>(header.content).text(" enc=0 key=0\n");
    if (!line.good())
        return std::nullopt;
    const std::uint64_t envelope = header.envelope + envelope_end.size();
    switch (header.kind) {
    case record_kind::message:
        if (header.length < envelope || header.length - envelope != header.content)
            return std::nullopt;
        return header;
    case record_kind::large_message:
        return header.length == envelope ? std::optional(header) : std::nullopt;
    case record_kind::journal:
        return header;
    }
    return std::nullopt;
}

struct checksum::state {
    XXH3_state_t hash;
    unsigned char secret[XXH3_SECRET_DEFAULT_SIZE];
};

checksum::checksum(const segment_key& key) : state_(std::make_unique<state>()) {
    XXH3_generateSecret(state_->secret, sizeof state_->secret, key.data(), key.size());
}

checksum::~checksum() = default;

void checksum::begin(const group_header& header, std::uint64_t offset) noexcept {
    XXH3_INITSTATE(&state_->hash);
    XXH3_128bits_reset_withSecret(&state_->hash, state_->secret, sizeof state_->secret);
    const std::uint64_t fields[] = {offset, header.sequence, header.records, header.bytes};
    update(fields, sizeof fields);
}

void checksum::update(const void* data, std::size_t size) noexcept {
    if (size > 0)
        XXH3_128bits_update(&state_->hash, data, size);
}

checksum_value checksum::finish() noexcept {
    const auto value = XXH3_128bits_digest(&state_->hash);
    return {value.high64, value.low64};
}

std::optional<group_header> plausible_group(std::string_view segment,
                                            std::uint64_t offset) noexcept {
    if (offset > segment.size() || segment.size() - offset < group_header_size)
        return std::nullopt;
    const auto header = parse_group_header(segment.substr(offset, group_header_size));
    if (!header || header->bytes > segment.size() - offset - group_header_size)
        return std::nullopt;
    return header;
}

std::optional<group_view> read_group(std::string_view segment, std::uint64_t offset,
                                     checksum& sum) noexcept {
    const auto header = plausible_group(segment, offset);
    if (!header)
        return std::nullopt;
    const auto body = segment.substr(offset + group_header_size, header->bytes);
    sum.begin(*header, offset);
    sum.update(body.data(), body.size());
    if (sum.finish() != header->sum)
        return std::nullopt;
    return group_view{header->sequence, header->records, offset, body};
}

bool record_reader::next(record_view& out) noexcept {
    if (at_ == group_.body.size()) {
        broken_ = seen_ != group_.records;
        return false;
    }
    const auto header = parse_record_header(group_.body.substr(at_, record_header_size));
    if (!header || header->length > group_.body.size() - at_ - record_header_size) {
        broken_ = true;
        return false;
    }
    static_cast<record_header&>(out) = *header;
    at_ += record_header_size;
    out.offset = group_.offset + group_header_size + at_;
    out.bytes = group_.body.substr(at_, header->length);
    at_ += header->length;
    ++seen_;
    return true;
}

void encode(const reference& change, char* out) noexcept {
    const auto count = static_cast<std::int64_t>(change.delta);
    line_writer(out)
        .hex<16>(change.message)
        .text(count < 0 ? " -" : " +")
        .hex<8>(static_cast<std::uint64_t>(count < 0 ? -count : count))
        .text("\n");
}

std::optional<reference> parse_reference(std::string_view text) noexcept {
    reference change;
    std::uint64_t count = 0;
    line_reader line(text);
    line.hex<16>(change.message).text(" ");
    const char sign = line.letter();
    line.hex<8>(count).text("\n");
    if (!line.good() || (sign != '+' && sign != '-') || count > 0x7fffffff)
        return std::nullopt;
    change.delta = static_cast<std::int32_t>(sign == '-' ? -static_cast<std::int64_t>(count)
                                                         : static_cast<std::int64_t>(count));
    return change;
}

} // namespace waypost::kernel::log
