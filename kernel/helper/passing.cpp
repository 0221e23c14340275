// SPDX-License-Identifier: Apache-2.0
// SCM_RIGHTS, see unix(7) and cmsg(3).
#include "helper/passing.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::helper {
namespace {

union control_room {
    cmsghdr align;
    unsigned char bytes[CMSG_SPACE(sizeof(int))];
};

int take_fd(msghdr& message) noexcept {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
            part->cmsg_len == CMSG_LEN(sizeof(int))) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
            return fd;
        }
    }
    return -1;
}

} // namespace

int send_packet(int socket, const void* data, std::size_t size, int fd) noexcept {
    iovec piece{const_cast<void*>(data), size};
    control_room room{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = room.bytes;
        message.msg_controllen = sizeof room.bytes;
        cmsghdr* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(part), &fd, sizeof fd);
    }
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

packet receive_packet(int socket, void* data, std::size_t room, bool with_fd) noexcept {
    iovec piece{data, room};
    control_room control{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (with_fd) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
    }
    packet got;
    do {
        got.size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (got.size < 0 && errno == EINTR);
    if (got.size < 0) {
        got.error = errno;
        return got;
    }
    got.truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (with_fd) {
        got.fd = take_fd(message);
    }
    return got;
}

} // namespace waypost::kernel::helper
