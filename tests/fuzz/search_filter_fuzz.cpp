// SPDX-License-Identifier: Apache-2.0
// RFC 4515 filters and RFC 4516 URLs: whatever the bytes are, no access outside of them, and an
// end.
// links: waypost::kernel::directory
#include "directory/search/filter.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace directory = waypost::kernel::directory;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const directory::entry_view nothing;
    if (const auto one = directory::filter::parse(text))
        static_cast<void>(one->matches(nothing));
    if (const auto url = directory::parse_search_url(text))
        if (url->base.empty())
            std::abort();
    return 0;
}
