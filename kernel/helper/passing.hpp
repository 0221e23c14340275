// SPDX-License-Identifier: Apache-2.0
// One packet with at most one descriptor, over a SOCK_SEQPACKET socket. No memory is allocated: the
// helper uses these behind its system call filter. Thread-safe as far as the kernel is; callers
// keep request and reply together.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace waypost::kernel::helper {

/// 0 or an errno value. `fd` below 0: none goes along.
int send_packet(int socket, const void* data, std::size_t size, int fd) noexcept;

struct packet {
    ssize_t size = -1;      // 0: the other end is gone; -1: `error` tells
    bool truncated = false; // larger than the buffer, or with more descriptors than expected
    int fd = -1;            // belongs to the caller
    int error = 0;
};
packet receive_packet(int socket, void* data, std::size_t room, bool with_fd) noexcept;

} // namespace waypost::kernel::helper
