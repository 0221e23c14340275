// SPDX-License-Identifier: Apache-2.0
// The dynamic section of a shared object: needed libraries and exported symbols. Used by the ELF
// reader only.
#pragma once

#include "host/elf.hpp"
#include "host/elf_image.hpp"

namespace waypost::kernel::host {

/// The dynamic relocations of a file.
struct relocation_table {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Fills `facts` but for its descriptor; on failure the text says what does not fit.
result<void> read_dynamic(const elf_image& image, elf_facts& facts, relocation_table& relocations);

} // namespace waypost::kernel::host
