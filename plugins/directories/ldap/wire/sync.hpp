// SPDX-License-Identifier: Apache-2.0
// The values of RFC 4533's controls and messages. Pure, thread-safe. Bytes from the server: lengths
// are liblber's to check, meaning is checked here.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldap {

inline constexpr const char* sync_request_oid = "1.3.6.1.4.1.4203.1.9.1.1";
inline constexpr const char* sync_state_oid = "1.3.6.1.4.1.4203.1.9.1.2";
inline constexpr const char* sync_done_oid = "1.3.6.1.4.1.4203.1.9.1.3";
inline constexpr const char* sync_info_oid = "1.3.6.1.4.1.4203.1.9.1.4";

inline constexpr std::size_t longest_cookie = 64 * 1024; ///< more is refused

enum class sync_mode { refresh_only = 1, refresh_and_persist = 3 };

/// s2.2
std::string sync_request(sync_mode mode, std::string_view cookie);

/// s2.3
enum class entry_state { present = 0, add = 1, modify = 2, gone = 3 };
struct sync_state {
    entry_state state = entry_state::present;
    std::string uuid; ///< 16 octets
    std::optional<std::string> cookie;
};
result<sync_state> parse_sync_state(std::string_view value);

/// s2.4
struct sync_done {
    std::optional<std::string> cookie;
    bool refresh_deletes = false;
};
result<sync_done> parse_sync_done(std::string_view value);

/// s2.5
struct sync_info {
    enum class kind { new_cookie, refresh_delete, refresh_present, id_set };
    kind what = kind::new_cookie;
    std::optional<std::string> cookie;
    bool refresh_done = true;       ///< of refresh_delete and refresh_present
    bool refresh_deletes = false;   ///< of id_set: these are gone; else: these are there
    std::vector<std::string> uuids; ///< of id_set, 16 octets each
};
result<sync_info> parse_sync_info(std::string_view value);

} // namespace waypost::ldap
