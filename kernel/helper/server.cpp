// SPDX-License-Identifier: Apache-2.0
#include "helper/server.hpp"

#include "helper/beneath.hpp"
#include "helper/passing.hpp"
#include "helper/sockets.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::helper {
namespace {

using buffer = unsigned char[max_request];

template <class Request>
bool sized(const packet& got) noexcept {
    return got.size == static_cast<ssize_t>(sizeof(Request));
}

template <class Request>
Request as(const buffer& data) noexcept {
    Request request;
    std::memcpy(&request, data, sizeof request);
    return request;
}

bool header_fits(const packet& got, const request_header& header) noexcept {
    return !got.truncated && got.size >= static_cast<ssize_t>(sizeof header) &&
           header.magic == protocol_magic && static_cast<ssize_t>(header.size) == got.size;
}

opened perform(const packet& got, const buffer& data, std::span<const int> directories) noexcept {
    const auto header = as<request_header>(data);
    if (!header_fits(got, header)) {
        return {-1, EBADMSG, true};
    }
    switch (header.id) {
    case request_id::counters:
        return sized<counters_request>(got) ? opened{} : opened{-1, EBADMSG, true};
    case request_id::bind:
        return sized<bind_request>(got) ? open_listener(as<bind_request>(data))
                                        : opened{-1, EBADMSG, true};
    case request_id::open_file:
        return sized<open_request>(got) ? open_beneath(as<open_request>(data), directories)
                                        : opened{-1, EBADMSG, true};
    case request_id::run_program:
        break;
    }
    return {-1, ENOSYS, true};
}

} // namespace

void serve(int socket, std::span<const int> directories) noexcept {
    reply answer{};
    answer.magic = protocol_magic;
    for (;;) {
        buffer data{};
        const packet got = receive_packet(socket, data, sizeof data, false);
        if (got.size <= 0) {
            return;
        }
        const opened result = perform(got, data, directories);
        (result.refused ? answer.refused : answer.served) += 1;
        answer.sequence = as<request_header>(data).sequence;
        answer.error = result.error;
        const int error = send_packet(socket, &answer, sizeof answer, result.fd);
        if (result.fd >= 0) {
            ::close(result.fd);
        }
        if (error != 0) {
            return;
        }
    }
}

} // namespace waypost::kernel::helper
