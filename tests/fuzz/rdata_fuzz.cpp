// SPDX-License-Identifier: Apache-2.0
// Any octets as record data of any known type: text without control characters, or nothing.
// links: waypost_rdata
#include "parse/rdata.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    for (const auto* name :
         {"A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "SRV", "DS", "TLSA", "CAA"})
        if (const auto text = waypost::unbound::to_text(*waypost::unbound::type_number(name), all))
            for (const char c : *text)
                if (static_cast<unsigned char>(c) < 0x20)
                    std::abort();
    waypost::unbound::name_text(all);
    return 0;
}
