// SPDX-License-Identifier: Apache-2.0
// Flat records: numbers and texts behind a small table of offsets, read in place from the map.
// Layout, little-endian:
//   u32 format  u32 numbers  u32 texts  u32 size of all  i64[numbers]  u32 end[texts]  bytes
// A record that does not fit its own table reads as empty: the map is ours, but a reader never
// trusts it to the crash.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {

inline constexpr std::uint32_t flat_format = 1;

/// Borrows the bytes. A field that does not exist reads as 0 or empty.
class flat_view {
public:
    flat_view() = default;
    explicit flat_view(std::string_view bytes) noexcept {
        if (bytes.size() < header_size || word(bytes, 0) != flat_format)
            return;
        const std::size_t numbers = word(bytes, 4), texts = word(bytes, 8);
        if (word(bytes, 12) != bytes.size())
            return;
        if (header_size + numbers * 8 + texts * 4 > bytes.size())
            return;
        bytes_ = bytes;
        numbers_ = numbers;
        texts_ = texts;
    }

    bool valid() const noexcept { return !bytes_.empty(); }
    std::size_t numbers() const noexcept { return numbers_; }
    std::size_t texts() const noexcept { return texts_; }
    std::string_view bytes() const noexcept { return bytes_; }

    std::int64_t number(std::size_t index) const noexcept {
        if (index >= numbers_)
            return 0;
        std::int64_t out;
        std::memcpy(&out, bytes_.data() + header_size + index * 8, 8);
        return out;
    }

    std::string_view text(std::size_t index) const noexcept {
        if (index >= texts_)
            return {};
        const auto table = header_size + numbers_ * 8;
        const auto first = table + texts_ * 4;
        const std::size_t from = index ? word(bytes_, table + (index - 1) * 4) : 0;
        const std::size_t to = word(bytes_, table + index * 4);
        if (from > to || to > bytes_.size() - first)
            return {};
        return bytes_.substr(first + from, to - from);
    }

private:
    static constexpr std::size_t header_size = 16;
    static std::uint32_t word(std::string_view bytes, std::size_t at) noexcept {
        std::uint32_t out;
        std::memcpy(&out, bytes.data() + at, 4);
        return out;
    }

    std::string_view bytes_;
    std::size_t numbers_ = 0;
    std::size_t texts_ = 0;
};

/// Collects views, which must live until encode(). Single thread.
class flat_writer {
public:
    void number(std::int64_t value) { numbers_.push_back(value); }
    void text(std::string_view value) { texts_.push_back(value); }
    std::size_t texts() const noexcept { return texts_.size(); }

    std::string encode() const {
        std::size_t size = 16 + numbers_.size() * 8 + texts_.size() * 4;
        for (const auto t : texts_)
            size += t.size();
        std::string out;
        out.reserve(size);
        append(out, flat_format);
        append(out, static_cast<std::uint32_t>(numbers_.size()));
        append(out, static_cast<std::uint32_t>(texts_.size()));
        append(out, static_cast<std::uint32_t>(size));
        for (const auto n : numbers_)
            append(out, n);
        std::uint32_t end = 0;
        for (const auto t : texts_)
            append(out, end += static_cast<std::uint32_t>(t.size()));
        for (const auto t : texts_)
            out += t;
        return out;
    }

private:
    template <class T>
    static void append(std::string& out, T value) {
        char raw[sizeof(T)];
        std::memcpy(raw, &value, sizeof(T));
        out.append(raw, sizeof(T));
    }

    std::vector<std::int64_t> numbers_;
    std::vector<std::string_view> texts_;
};

} // namespace waypost::kernel::directory
