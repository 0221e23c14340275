// SPDX-License-Identifier: Apache-2.0
// The exported descriptor, read from the file with its relocations applied by hand. Used by the ELF
// reader only.
#pragma once

#include "host/elf_symbols.hpp"

namespace waypost::kernel::host {

/// Nothing when it is not a constant that the file holds.
std::optional<elf_descriptor> read_descriptor(const elf_image& image, std::uint64_t address,
                                              const relocation_table& relocations);

} // namespace waypost::kernel::host
