// SPDX-License-Identifier: Apache-2.0
// wp_plugin's pointers are relative relocations: their targets stand in the relocation table
// (RELA), or, with packed relocations (RELR), in the place itself.
#include "host/elf_descriptor.hpp"

namespace waypost::kernel::host {
namespace {

#if defined(__x86_64__)
constexpr std::uint64_t relative_type = R_X86_64_RELATIVE;
#elif defined(__aarch64__)
constexpr std::uint64_t relative_type = R_AARCH64_RELATIVE;
#else
constexpr std::uint64_t relative_type = R_RISCV_RELATIVE;
#endif

constexpr std::size_t most_needs = 64;
constexpr std::uint64_t longest_name = 256;

class pointer_reader {
public:
    pointer_reader(const elf_image& image, const relocation_table& relocations)
        : image_(image), relocations_(relocations) {}

    /// Where the pointer at `address` will point once loaded; 0 for null.
    std::optional<std::uint64_t> target(std::uint64_t address) const {
        for (std::uint64_t at = 0; at + sizeof(Elf64_Rela) <= relocations_.size;
             at += sizeof(Elf64_Rela)) {
            const auto entry = image_.read<Elf64_Rela>(relocations_.offset + at);
            if (!entry)
                return std::nullopt;
            if (entry->r_offset == address)
                return ELF64_R_TYPE(entry->r_info) == relative_type
                           ? std::optional(static_cast<std::uint64_t>(entry->r_addend))
                           : std::nullopt;
        }
        return value<std::uint64_t>(address);
    }

    template <class T>
    std::optional<T> value(std::uint64_t address) const {
        const auto offset = image_.offset_of(address);
        return offset ? image_.read<T>(*offset) : std::nullopt;
    }

    /// The text that the pointer at `address` points to.
    std::optional<std::string> text(std::uint64_t address) const {
        const auto to = target(address);
        const auto offset = to ? image_.offset_of(*to) : std::nullopt;
        if (!offset)
            return std::nullopt;
        const auto end =
            *offset + std::min<std::uint64_t>(longest_name, image_.file.size() - *offset);
        const auto found = image_.text(*offset, end);
        return found ? std::optional<std::string>(*found) : std::nullopt;
    }

private:
    const elf_image& image_;
    const relocation_table& relocations_;
};

std::optional<std::vector<std::string>> read_needs(const pointer_reader& reader,
                                                   std::uint64_t list) {
    std::vector<std::string> needs;
    for (std::size_t i = 0; i < most_needs; ++i) {
        const auto to = reader.target(list + i * sizeof(void*));
        if (!to)
            return std::nullopt;
        if (*to == 0)
            return needs;
        auto name = reader.text(list + i * sizeof(void*));
        if (!name)
            return std::nullopt;
        needs.push_back(std::move(*name));
    }
    return std::nullopt;
}

} // namespace

std::optional<elf_descriptor> read_descriptor(const elf_image& image, std::uint64_t address,
                                              const relocation_table& relocations) {
    const pointer_reader reader(image, relocations);
    const auto size = reader.value<std::uint32_t>(address + offsetof(wp_plugin, struct_size));
    const auto major = reader.value<std::uint16_t>(address + offsetof(wp_plugin, abi_major));
    const auto minor = reader.value<std::uint16_t>(address + offsetof(wp_plugin, abi_minor));
    if (!size || !major || !minor)
        return std::nullopt;
    elf_descriptor out{*size, *major, *minor, {}, {}};
    if (*size < sizeof(wp_plugin)) // too short to be read further; refused for that
        return out;
    auto id = reader.text(address + offsetof(wp_plugin, id));
    const auto list = reader.target(address + offsetof(wp_plugin, needs));
    auto needs = list ? read_needs(reader, *list) : std::nullopt;
    if (!id || !needs)
        return std::nullopt;
    out.id = std::move(*id);
    out.needs = std::move(*needs);
    return out;
}

} // namespace waypost::kernel::host
