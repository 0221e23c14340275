// SPDX-License-Identifier: Apache-2.0
// The normal form of a name is stable, and its parts fit together.
#include <waypost/dn.hpp>

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto escaped = rdn_parts("cn=" + escape_dn_value(text));
    if (!escaped || (!text.empty() && (escaped->size() != 1 || (*escaped)[0].value != text)))
        std::abort();
    const auto name = normalise_dn(text);
    if (!name)
        return 0;
    const auto again = normalise_dn(*name);
    if (!again || *again != *name)
        std::abort();
    if (name->empty())
        return 0;
    if (!is_below(*name, parent_dn(*name)) || is_below(*name, *name))
        std::abort();
    if (dn_depth(*name) != dn_depth(parent_dn(*name)) + 1 || !rdn_parts(text))
        std::abort();
    return 0;
}
