// SPDX-License-Identifier: Apache-2.0
// Variable-length integers and byte strings, written into a reused buffer and read with bounds
// checks. What the record formats in format.hpp are made of. A reader that met its end stays failed
// and gives zeros.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::lmdb {

/// Appends to a buffer of the caller. Single thread.
class byte_writer {
public:
    explicit byte_writer(std::string& out) : out_(out) {}

    void octet(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    /// LEB128: seven bits an octet, low ones first.
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            octet(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        octet(static_cast<std::uint8_t>(value));
    }
    void time(std::int64_t value) { // zigzag: small negative values stay short
        number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    /// Eight octets, low ones first.
    void fixed(std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8)
            octet(static_cast<std::uint8_t>(value >> shift));
    }
    void text(std::string_view value) {
        number(value.size());
        out_.append(value);
    }

private:
    std::string& out_;
};

/// Reads what byte_writer wrote; views point into the input. Single thread.
class byte_reader {
public:
    explicit byte_reader(std::string_view from) : left_(from) {}

    bool ok() const noexcept { return ok_; }
    bool at_end() const noexcept { return left_.empty(); }
    std::string_view rest() const noexcept { return left_; }

    std::uint8_t octet() noexcept {
        if (left_.empty())
            return static_cast<std::uint8_t>(fail());
        const auto value = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return value;
    }
    std::uint64_t number() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t part = octet();
            if (shift == 63 && part > 1)
                break;
            value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
            // One value, one spelling: no padding with zeros.
            if (part < 0x80)
                return part == 0 && shift != 0 ? fail() : value;
        }
        return fail();
    }
    std::uint32_t number32() noexcept {
        const std::uint64_t value = number();
        return static_cast<std::uint32_t>(value > UINT32_MAX ? fail() : value);
    }
    std::int64_t time() noexcept {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
    }
    std::uint64_t fixed() noexcept {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 8)
            value |= static_cast<std::uint64_t>(octet()) << shift;
        return value;
    }
    std::string_view text() noexcept {
        const std::uint64_t size = number();
        if (size > left_.size()) {
            fail();
            return {};
        }
        const std::string_view value = left_.substr(0, size);
        left_.remove_prefix(size);
        return value;
    }

private:
    std::uint64_t fail() noexcept {
        ok_ = false;
        left_ = {};
        return 0;
    }

    std::string_view left_;
    bool ok_ = true;
};

} // namespace waypost::lmdb
