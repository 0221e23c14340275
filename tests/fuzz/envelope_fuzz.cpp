// SPDX-License-Identifier: Apache-2.0
// The queue's record: whatever decodes must survive a round trip.
// links: waypost::kernel::transfer
#include "transfer/envelope.hpp"

#include <cstdlib>

using namespace waypost::kernel::transfer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = decode({reinterpret_cast<const char*>(data), size});
    if (!parsed)
        return 0;
    std::string text;
    encode(*parsed, text);
    const auto again = decode(text);
    std::string twice;
    if (again)
        encode(*again, twice);
    if (!again || twice != text)
        std::abort();
    return 0;
}
