// SPDX-License-Identifier: Apache-2.0
// What a channel says of a recipient of its job (wp.host.jobs).
#pragma once

#include <waypost/abi/draft/channel.h>

#include <cstdint>

namespace waypost {

/// `why` is borrowed and may be null with WP_OK.
inline wp_job_report job_report(std::uint64_t recipient, wp_status status,
                                const wp_error* why = nullptr) noexcept {
    wp_job_report out{};
    out.struct_size = sizeof(out);
    out.status = status;
    out.recipient = recipient;
    out.error = why;
    return out;
}

} // namespace waypost
