// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message header: the count does not depend on how they arrive in pieces.
// links: waypost::kernel::transfer
#include "transfer/hop_counter.hpp"

#include <cstdlib>

using waypost::kernel::transfer::hop_counter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    hop_counter whole;
    whole.feed(all);
    hop_counter pieces;
    for (std::size_t at = 0, step = 1; at < size; at += step, step = step % 7 + 1)
        pieces.feed(all.substr(at, step));
    if (whole.hops() != pieces.hops())
        std::abort();
    return 0;
}
