// SPDX-License-Identifier: Apache-2.0
// links: waypost::kernel::host
// Any bytes as a shared object.
#include "host/elf.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(waypost::kernel::host::inspect_elf(std::as_bytes(std::span(data, size))));
    return 0;
}
