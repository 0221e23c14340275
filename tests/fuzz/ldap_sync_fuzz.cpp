// SPDX-License-Identifier: Apache-2.0
// RFC 4533 values and our own cookies: whatever the bytes are, no access outside of them.
// links: waypost_ldap_wire
#include "sync/cookie.hpp"
#include "wire/sync.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto state = waypost::ldap::parse_sync_state(text); state && state->uuid.size() != 16)
        std::abort();
    if (const auto info = waypost::ldap::parse_sync_info(text))
        for (const auto& uuid : info->uuids)
            if (uuid.size() != 16)
                std::abort();
    static_cast<void>(waypost::ldap::parse_sync_done(text));
    if (const auto cookie = waypost::ldap::decode_cookie(text, 1);
        cookie && cookie->parts.size() != 1)
        std::abort();
    return 0;
}
