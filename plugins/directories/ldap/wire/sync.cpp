// SPDX-License-Identifier: Apache-2.0
#include "wire/sync.hpp"

#include <lber.h>

#include <memory>

namespace waypost::ldap {
namespace {

constexpr std::size_t uuid_size = 16; // RFC 4530 s2.1

// RFC 4533 s2.5, context tags of the choice
constexpr ber_tag_t tag_new_cookie = 0x80;
constexpr ber_tag_t tag_refresh_delete = 0xa1;
constexpr ber_tag_t tag_refresh_present = 0xa2;
constexpr ber_tag_t tag_id_set = 0xa3;

struct element_deleter {
    void operator()(BerElement* one) const noexcept { ber_free(one, 1); }
};
using element = std::unique_ptr<BerElement, element_deleter>;

/// Null for no bytes at all: liblber reads through a null pointer then.
element element_of(std::string_view value) {
    if (value.empty())
        return nullptr;
    const berval bytes{static_cast<ber_len_t>(value.size()), const_cast<char*>(value.data())};
    return element(ber_init(const_cast<berval*>(&bytes)));
}

error broken(const char* what) {
    return {WP_TEMPFAIL, std::string("the directory server sent a broken ") + what};
}

ber_tag_t peek(BerElement* in) {
    ber_len_t length = 0;
    return ber_peek_tag(in, &length);
}

/// An optional octet string; false: there is one and it cannot be used.
bool read_cookie(BerElement* in, std::optional<std::string>& out) {
    if (peek(in) != LBER_OCTETSTRING)
        return true;
    berval bytes{};
    if (ber_scanf(in, "m", &bytes) == LBER_ERROR || bytes.bv_len > longest_cookie)
        return false;
    out.emplace(bytes.bv_val, bytes.bv_len);
    return true;
}

bool read_flag(BerElement* in, bool& out) {
    if (peek(in) != LBER_BOOLEAN)
        return true;
    ber_int_t value = 0;
    if (ber_scanf(in, "b", &value) == LBER_ERROR)
        return false;
    out = value != 0;
    return true;
}

bool read_uuids(BerElement* in, std::vector<std::string>& out) {
    ber_len_t length = 0;
    char* end = nullptr;
    if (peek(in) != LBER_SET)
        return false;
    for (auto tag = ber_first_element(in, &length, &end); tag != LBER_DEFAULT;
         tag = ber_next_element(in, &length, end)) {
        berval bytes{};
        if (tag != LBER_OCTETSTRING || ber_scanf(in, "m", &bytes) == LBER_ERROR ||
            bytes.bv_len != uuid_size)
            return false;
        out.emplace_back(bytes.bv_val, bytes.bv_len);
    }
    return true;
}

} // namespace

std::string sync_request(sync_mode mode, std::string_view cookie) {
    const element out(ber_alloc_t(LBER_USE_DER));
    const auto number = static_cast<ber_int_t>(mode);
    if (!out || (cookie.empty() ? ber_printf(out.get(), "{e}", number)
                                : ber_printf(out.get(), "{eo}", number, cookie.data(),
                                             static_cast<ber_len_t>(cookie.size()))) < 0)
        throw std::bad_alloc();
    berval bytes{};
    if (ber_flatten2(out.get(), &bytes, 0) < 0)
        throw std::bad_alloc();
    return {bytes.bv_val, bytes.bv_len};
}

result<sync_state> parse_sync_state(std::string_view value) {
    const auto in = element_of(value);
    sync_state out;
    ber_int_t state = -1;
    berval uuid{};
    if (!in || ber_scanf(in.get(), "{em", &state, &uuid) == LBER_ERROR || state < 0 || state > 3 ||
        uuid.bv_len != uuid_size || !read_cookie(in.get(), out.cookie))
        return broken("Sync State control");
    out.state = static_cast<entry_state>(state);
    out.uuid.assign(uuid.bv_val, uuid.bv_len);
    return out;
}

result<sync_done> parse_sync_done(std::string_view value) {
    const auto in = element_of(value);
    sync_done out;
    if (!in || ber_scanf(in.get(), "{") == LBER_ERROR || !read_cookie(in.get(), out.cookie) ||
        !read_flag(in.get(), out.refresh_deletes))
        return broken("Sync Done control");
    return out;
}

result<sync_info> parse_sync_info(std::string_view value) {
    const auto in = element_of(value);
    sync_info out;
    const auto bad = [] { return broken("Sync Info message"); };
    if (!in)
        return bad();
    switch (peek(in.get())) {
    case tag_new_cookie: {
        berval bytes{};
        if (ber_scanf(in.get(), "m", &bytes) == LBER_ERROR || bytes.bv_len > longest_cookie)
            return bad();
        out.cookie.emplace(bytes.bv_val, bytes.bv_len);
        return out;
    }
    case tag_refresh_delete:
    case tag_refresh_present:
        out.what = peek(in.get()) == tag_refresh_delete ? sync_info::kind::refresh_delete
                                                        : sync_info::kind::refresh_present;
        if (ber_scanf(in.get(), "{") == LBER_ERROR || !read_cookie(in.get(), out.cookie) ||
            !read_flag(in.get(), out.refresh_done))
            return bad();
        return out;
    case tag_id_set:
        out.what = sync_info::kind::id_set;
        if (ber_scanf(in.get(), "{") == LBER_ERROR || !read_cookie(in.get(), out.cookie) ||
            !read_flag(in.get(), out.refresh_deletes) || !read_uuids(in.get(), out.uuids))
            return bad();
        return out;
    default:
        return bad();
    }
}

} // namespace waypost::ldap
