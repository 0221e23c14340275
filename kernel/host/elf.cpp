// SPDX-License-Identifier: Apache-2.0
// File header, program headers and notes; the dynamic section is in elf_symbols.cpp.
#include "host/elf.hpp"

#include "host/elf_descriptor.hpp"
#include "host/elf_symbols.hpp"

namespace waypost::kernel::host {
namespace {

constexpr std::uint16_t most_segments = 256;

#if defined(__x86_64__)
constexpr std::uint16_t this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t this_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t this_machine = EM_RISCV;
#else
#error "name this machine's ELF number here"
#endif

error broken(std::string what) {
    return {WP_INVALID, std::move(what)};
}

result<Elf64_Ehdr> read_header(const elf_image& image) {
    const auto magic = image.bytes(0, SELFMAG);
    if (!magic || std::memcmp(magic->data(), ELFMAG, SELFMAG) != 0)
        return broken("it is not an ELF file");
    const auto header = image.read<Elf64_Ehdr>(0);
    if (!header)
        return broken("it is cut off: the file header is not complete");
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return broken("it is not a 64-bit little-endian ELF file");
    if (header->e_machine != this_machine)
        return broken("it is built for another processor");
    if (header->e_type != ET_DYN)
        return broken("it is not a shared object");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > most_segments)
        return broken("its program headers are not usable");
    return *header;
}

result<void> read_segments(const Elf64_Ehdr& header, elf_image& image) {
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
        if (header.e_phoff > image.file.size())
            return broken("it is cut off: the program headers are not in the file");
        const auto segment = image.read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment)
            return broken("it is cut off: the program headers are not complete");
        if (!image.bytes(segment->p_offset, segment->p_filesz))
            return broken("it is cut off: it ends before its segments do");
        image.segments.push_back(*segment);
    }
    // The section headers are the last thing in a file: with them missing, its end is missing.
    const auto sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
    if (header.e_shoff != 0 && !image.bytes(header.e_shoff, sections))
        return broken("it is cut off: its end is missing");
    return {};
}

std::uint64_t padded(std::uint64_t size) {
    return (size + 3U) & ~std::uint64_t{3U};
}

std::optional<elf_note> as_plugin_note(std::span<const std::byte> content) {
    wp_note raw;
    if (content.size() != sizeof raw)
        return std::nullopt;
    std::memcpy(&raw, content.data(), sizeof raw);
    const auto* end = static_cast<const char*>(std::memchr(raw.id, 0, sizeof raw.id));
    if (end == nullptr)
        return std::nullopt;
    return elf_note{raw.abi_major, raw.abi_minor,
                    std::string(static_cast<const char*>(raw.id), end)};
}

/// Notes follow each other in a segment: header, owner, content, the latter two padded to four.
result<void> read_notes(std::span<const std::byte> segment, elf_facts& facts) {
    constexpr std::string_view owner{WP_NOTE_OWNER, sizeof(WP_NOTE_OWNER)};
    while (segment.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr header;
        std::memcpy(&header, segment.data(), sizeof header);
        segment = segment.subspan(sizeof header);
        const auto owner_size = padded(header.n_namesz);
        const auto content_size = padded(header.n_descsz);
        if (owner_size > segment.size() || header.n_descsz > segment.size() - owner_size)
            return broken("a note does not end within its segment");
        const std::string_view name(reinterpret_cast<const char*>(segment.data()), header.n_namesz);
        if (name == owner && header.n_type == WP_NOTE_TYPE) {
            if (facts.note)
                return broken("it has two Waypost notes");
            facts.note = as_plugin_note(segment.subspan(owner_size, header.n_descsz));
            if (!facts.note)
                return broken("its Waypost note has a wrong size or an endless id");
        }
        segment =
            segment.subspan(std::min<std::uint64_t>(owner_size + content_size, segment.size()));
    }
    return {};
}

} // namespace

result<elf_facts> inspect_elf(std::span<const std::byte> file) {
    elf_image image{file, {}};
    const auto header = read_header(image);
    if (!header)
        return header.failure();
    if (auto read = read_segments(*header, image); !read)
        return read.failure();
    elf_facts facts;
    for (const auto& one : image.segments) {
        // Segments aligned to eight hold GNU properties, whose notes are padded differently.
        if (one.p_type != PT_NOTE || one.p_align == 8)
            continue;
        if (auto read = read_notes(*image.bytes(one.p_offset, one.p_filesz), facts); !read)
            return read.failure();
    }
    relocation_table relocations;
    if (auto read = read_dynamic(image, facts, relocations); !read)
        return read.failure();
    if (facts.exports_plugin)
        facts.descriptor = read_descriptor(image, facts.plugin_address, relocations);
    return facts;
}

} // namespace waypost::kernel::host
