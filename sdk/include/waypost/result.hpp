// SPDX-License-Identifier: Apache-2.0
// Expected failures as values: result<T> holds a T or an error. The C++ face of wp_status and
// wp_error.
#pragma once

#include <waypost/abi/base.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace waypost {

/// What went wrong: for a person (`text`), for a program (`status`), for a mail client (`smtp`,
/// `enhanced`).
struct error {
    wp_status status = WP_TEMPFAIL;
    std::string text;
    std::uint16_t smtp = 0;
    std::uint16_t enhanced[3] = {0, 0, 0};

    error() = default;
    error(wp_status code, std::string what) : status(code), text(std::move(what)) {}
    /// With an SMTP reply code and the RFC 3463 enhanced code.
    error(wp_status code, std::uint16_t reply, std::uint16_t cls, std::uint16_t subject,
          std::uint16_t detail, std::string what)
        : status(code), text(std::move(what)), smtp(reply), enhanced{cls, subject, detail} {}
};

/// A value or an error. `result<void>` for operations that only succeed or fail.
/// Reading the value of a failed result is a programmer error (asserts by std::get).
template <class T>
class [[nodiscard]] result {
public:
    result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    result(error why) : state_(std::in_place_index<1>, std::move(why)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }
    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const error& failure() const { return std::get<1>(state_); }

private:
    std::variant<T, error> state_;
};

template <>
class [[nodiscard]] result<void> {
public:
    result() = default;
    result(error why) : error_(std::move(why)), failed_(true) {}

    explicit operator bool() const noexcept { return !failed_; }
    const error& failure() const { return error_; }

private:
    error error_;
    bool failed_ = false;
};

/// Element i of an array from the other side of the boundary, whatever size its maker's structs
/// have (WP_AT).
template <class Struct>
Struct& element(Struct* array, std::uint64_t i) noexcept {
    return *reinterpret_cast<Struct*>(reinterpret_cast<std::uintptr_t>(array) +
                                      i * array->struct_size);
}

/// Borrowed views across the boundary.
inline wp_str to_abi(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
inline std::string_view view(wp_str text) noexcept {
    return {text.data, text.size};
}
inline std::string_view view(wp_bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}
inline wp_bytes to_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

} // namespace waypost
