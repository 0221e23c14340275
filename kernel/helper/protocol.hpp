// SPDX-License-Identifier: Apache-2.0
// What goes between the main process and its privileged helper: fixed structs, one per
// SOCK_SEQPACKET packet, descriptors beside them by SCM_RIGHTS. Both ends are the same program, so
// there is no byte order and no older version to think of; every field is still checked, because
// the main process is the one that strangers talk to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace waypost::kernel::helper {

inline constexpr std::uint32_t protocol_magic = 0x31485057; // "WPH1"
inline constexpr std::size_t max_name = 256; // a path beneath a registered directory, with its end
inline constexpr std::size_t max_directories = 32;

enum class request_id : std::uint32_t {
    counters = 1,
    bind = 2,
    open_file = 3,
    run_program = 4, // reserved: a registered program as a named user
};

/// First member of each request; `size` is that of the whole struct.
struct request_header {
    std::uint32_t magic;
    request_id id;
    std::uint32_t size;
    std::uint32_t sequence;
};

struct counters_request {
    request_header header;
};

/// A listening TCP socket. `address` in network order; IPv4 uses the first four bytes.
struct bind_request {
    request_header header;
    std::uint32_t family; // AF_INET, AF_INET6
    std::uint16_t port;   // host order; 0 picks a free one
    std::uint16_t reserved;
    std::uint32_t scope; // of a link-local IPv6 address
    std::uint32_t backlog;
    unsigned char address[16];
};

/// Read access to one file: `name` is relative to a directory that was registered before the fork.
struct open_request {
    request_header header;
    std::uint32_t directory; // its number
    std::uint32_t reserved;
    char name[max_name]; // terminated, the rest zero
};

/// Answers every request, refused ones too. A descriptor comes with it when `error` is 0 and one
/// was asked for.
struct reply {
    std::uint32_t magic;
    std::uint32_t sequence;
    std::int32_t error; // errno value, 0: done
    std::uint32_t reserved;
    std::uint64_t served;  // requests done since the start
    std::uint64_t refused; // malformed, or against the rules
};

inline constexpr std::size_t max_request = sizeof(open_request);

} // namespace waypost::kernel::helper
