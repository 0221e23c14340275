// SPDX-License-Identifier: Apache-2.0
// PT_DYNAMIC, DT_GNU_HASH and DT_HASH: the tables that the dynamic loader itself uses, not the
// section headers, which may be stripped or lie.
#include "host/elf_symbols.hpp"

#include <algorithm>

namespace waypost::kernel::host {
namespace {

constexpr std::uint64_t most_symbols = 1U << 20U;
constexpr std::uint64_t most_entries = 4'096; // of the dynamic section
constexpr std::string_view plugin_symbol = "waypost_plugin_v1";

error broken(std::string what) {
    return {WP_INVALID, std::move(what)};
}

/// Offsets in the file; 0 when there is none.
struct dynamic_tables {
    std::uint64_t symbols = 0;
    std::uint64_t strings = 0;
    std::uint64_t strings_end = 0;
    std::uint64_t gnu_hash = 0;
    std::uint64_t hash = 0;
    relocation_table relocations;
    std::vector<std::uint64_t> needed; ///< offsets in the string table
};

result<void> take_entry(const elf_image& image, const Elf64_Dyn& entry, dynamic_tables& tables) {
    const auto at = [&](std::uint64_t& slot) -> result<void> {
        const auto offset = image.offset_of(entry.d_un.d_ptr);
        if (!offset)
            return broken("its dynamic section points outside of the file");
        slot = *offset;
        return {};
    };
    switch (entry.d_tag) {
    case DT_SYMTAB:
        return at(tables.symbols);
    case DT_STRTAB:
        return at(tables.strings);
    case DT_GNU_HASH:
        return at(tables.gnu_hash);
    case DT_HASH:
        return at(tables.hash);
    case DT_RELA:
        return at(tables.relocations.offset);
    case DT_RELASZ:
        tables.relocations.size = entry.d_un.d_val;
        break;
    case DT_STRSZ:
        tables.strings_end = entry.d_un.d_val;
        break;
    case DT_NEEDED:
        tables.needed.push_back(entry.d_un.d_val);
        break;
    default:
        break;
    }
    return {};
}

result<dynamic_tables> find_tables(const elf_image& image) {
    const auto dynamic = std::find_if(image.segments.begin(), image.segments.end(),
                                      [](const auto& one) { return one.p_type == PT_DYNAMIC; });
    if (dynamic == image.segments.end())
        return broken("it is not linked dynamically");
    dynamic_tables tables;
    for (std::uint64_t i = 0; i < most_entries; ++i) {
        const auto entry = image.read<Elf64_Dyn>(dynamic->p_offset + i * sizeof(Elf64_Dyn));
        if (!entry)
            return broken("its dynamic section is cut off");
        if (entry->d_tag == DT_NULL || (i + 1) * sizeof(Elf64_Dyn) > dynamic->p_filesz)
            break;
        if (auto taken = take_entry(image, *entry, tables); !taken)
            return taken.failure();
    }
    if (tables.symbols == 0 || tables.strings == 0)
        return broken("it has no dynamic symbols");
    if (tables.strings_end > image.file.size() - tables.strings)
        return broken("its string table is cut off");
    tables.strings_end += tables.strings;
    return tables;
}

/// One more than the highest index in a GNU hash table: what is exported is in there.
result<std::uint64_t> gnu_symbol_count(const elf_image& image, std::uint64_t table) {
    const auto buckets = image.read<std::uint32_t>(table);
    const auto first = image.read<std::uint32_t>(table + 4);
    const auto bloom = image.read<std::uint32_t>(table + 8);
    if (!buckets || !first || !bloom || *buckets > most_symbols || *bloom > most_symbols)
        return broken("its symbol hash table is cut off");
    const auto bucket_at = table + 16 + std::uint64_t{*bloom} * 8;
    std::uint32_t last = 0;
    for (std::uint64_t i = 0; i < *buckets; ++i) {
        const auto bucket = image.read<std::uint32_t>(bucket_at + i * 4);
        if (!bucket)
            return broken("its symbol hash table is cut off");
        last = std::max(last, *bucket);
    }
    if (last < *first)
        return std::uint64_t{*first};
    const auto chain_at = bucket_at + std::uint64_t{*buckets} * 4;
    for (std::uint64_t index = last; index < most_symbols; ++index) {
        const auto chain = image.read<std::uint32_t>(chain_at + (index - *first) * 4);
        if (!chain)
            return broken("its symbol hash table is cut off");
        if ((*chain & 1U) != 0)
            return index + 1;
    }
    return broken("its symbol hash table does not end");
}

result<std::uint64_t> symbol_count(const elf_image& image, const dynamic_tables& tables) {
    std::uint64_t count = 0;
    if (tables.gnu_hash != 0) {
        auto counted = gnu_symbol_count(image, tables.gnu_hash);
        if (!counted)
            return counted;
        count = *counted;
    }
    if (tables.hash != 0) {
        const auto chains = image.read<std::uint32_t>(tables.hash + 4);
        if (!chains || *chains > most_symbols)
            return broken("its symbol hash table is cut off");
        count = std::max(count, std::uint64_t{*chains});
    }
    return count;
}

result<void> take_symbol(const elf_image& image, const dynamic_tables& tables, std::uint64_t index,
                         elf_facts& facts) {
    const auto symbol = image.read<Elf64_Sym>(tables.symbols + index * sizeof(Elf64_Sym));
    if (!symbol)
        return broken("its symbol table is cut off");
    const unsigned binding = symbol->st_info >> 4U;
    if (symbol->st_shndx == SHN_UNDEF || binding == STB_LOCAL)
        return {};
    const auto name = image.text(tables.strings + symbol->st_name, tables.strings_end);
    if (!name)
        return broken("a symbol's name is outside of the string table");
    ++facts.exported;
    if (binding == STB_GNU_UNIQUE)
        facts.unique_symbol = *name;
    if (*name == plugin_symbol) {
        facts.exports_plugin = true;
        facts.plugin_address = symbol->st_value;
    } else if (facts.other_export.empty()) {
        facts.other_export = *name;
    }
    return {};
}

} // namespace

result<void> read_dynamic(const elf_image& image, elf_facts& facts, relocation_table& relocations) {
    const auto tables = find_tables(image);
    if (!tables)
        return tables.failure();
    relocations = tables->relocations;
    for (const auto offset : tables->needed) {
        const auto name = image.text(tables->strings + offset, tables->strings_end);
        if (!name)
            return broken("the name of a needed library is outside of the string table");
        facts.libraries.emplace_back(*name);
    }
    const auto count = symbol_count(image, *tables);
    if (!count)
        return count.failure();
    for (std::uint64_t i = 1; i < *count; ++i)
        if (auto taken = take_symbol(image, *tables, i, facts); !taken)
            return taken;
    return {};
}

} // namespace waypost::kernel::host
