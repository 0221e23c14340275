// SPDX-License-Identifier: Apache-2.0
// What a shared object says about itself, read from its bytes before it is loaded: the plugin note,
// what it exports, what it needs. Pure: no I/O, no allocation that its sizes could blow up, every
// offset checked. ELF64 little-endian, through the program headers, as the dynamic loader reads it
// (System V ABI, ch. 5).
#pragma once

#include <waypost/abi/plugin.h>
#include <waypost/result.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waypost::kernel::host {

struct elf_note {
    std::uint16_t abi_major = 0;
    std::uint16_t abi_minor = 0;
    std::string id;
};

/// What of the exported descriptor can be read without loading: enough to refuse the file.
struct elf_descriptor {
    std::uint32_t struct_size = 0;
    std::uint16_t abi_major = 0;
    std::uint16_t abi_minor = 0;
    std::string id;
    std::vector<std::string> needs;
};

struct elf_facts {
    std::optional<elf_note> note;
    std::optional<elf_descriptor> descriptor;
    std::uint64_t plugin_address = 0;   ///< of waypost_plugin_v1
    std::uint64_t exported = 0;         ///< global symbols that are defined
    bool exports_plugin = false;        ///< waypost_plugin_v1 is among them
    std::string other_export;           ///< one that should not be
    std::string unique_symbol;          ///< a GNU_UNIQUE symbol: it would be shared by all plugins
    std::vector<std::string> libraries; ///< DT_NEEDED
};

/// Fails for what is no ELF64 shared object of this machine, and for one that is cut off or
/// inconsistent.
result<elf_facts> inspect_elf(std::span<const std::byte> file);

} // namespace waypost::kernel::host
