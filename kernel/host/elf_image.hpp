// SPDX-License-Identifier: Apache-2.0
// Bounds-checked views into the bytes of an ELF file; used by the ELF reader only.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace waypost::kernel::host {

/// single thread. Nothing of it reads outside of the file.
struct elf_image {
    std::span<const std::byte> file;
    std::vector<Elf64_Phdr> segments;

    /// `count` octets at `offset`, if the file has them.
    std::optional<std::span<const std::byte>> bytes(std::uint64_t offset,
                                                    std::uint64_t count) const {
        if (offset > file.size() || count > file.size() - offset)
            return std::nullopt;
        return file.subspan(offset, count);
    }

    /// The struct at `offset`, copied: files need not be aligned.
    template <class T>
    std::optional<T> read(std::uint64_t offset) const {
        const auto from = bytes(offset, sizeof(T));
        if (!from)
            return std::nullopt;
        T out;
        std::memcpy(&out, from->data(), sizeof out);
        return out;
    }

    /// Where in the file the loaded address is; only what comes from the file.
    std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
        for (const auto& one : segments)
            if (one.p_type == PT_LOAD && address >= one.p_vaddr &&
                address - one.p_vaddr < one.p_filesz)
                return one.p_offset + (address - one.p_vaddr);
        return std::nullopt;
    }

    /// The terminated text at `offset`, which ends before `end`.
    std::optional<std::string_view> text(std::uint64_t offset, std::uint64_t end) const {
        if (end > file.size() || offset >= end)
            return std::nullopt;
        const auto* start = reinterpret_cast<const char*>(file.data()) + offset;
        const auto* stop = static_cast<const char*>(std::memchr(start, 0, end - offset));
        if (stop == nullptr)
            return std::nullopt;
        return std::string_view(start, static_cast<std::size_t>(stop - start));
    }
};

} // namespace waypost::kernel::host
