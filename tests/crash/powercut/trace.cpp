// SPDX-License-Identifier: Apache-2.0
// Power-cut states from a trace; see trace.hpp.
#include "trace.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

namespace waypost::powercut {
namespace {

constexpr std::size_t sector = 512;

std::uint64_t number(std::string_view& in, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
    in.remove_prefix(bytes);
    return value;
}

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path();
}

void put_at(std::string& content, std::uint64_t offset, std::string_view data) {
    if (content.size() < offset + data.size())
        content.resize(offset + data.size());
    content.replace(offset, data.size(), data);
}

} // namespace

std::vector<entry> read_trace(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    std::vector<entry> out;
    for (std::string_view rest = all; rest.size() >= 15;) {
        entry one;
        one.what = static_cast<entry::operation>(number(rest, 1));
        const auto name = number(rest, 2);
        one.offset = number(rest, 8);
        const auto size = number(rest, 4);
        if (rest.size() < name + size)
            break;
        one.path = rest.substr(0, name);
        one.data = rest.substr(name, size);
        rest.remove_prefix(name + size);
        out.push_back(std::move(one));
    }
    return out;
}

void disk::apply(std::map<std::string, std::size_t>& names, const change& one) {
    if (one.inode == none)
        names.erase(one.path);
    else
        names[one.path] = one.inode;
}

void disk::name_to(const std::string& path, std::size_t to) {
    const change one{path, to};
    apply(live_, one);
    pending_[folder_of(path)].push_back(one);
}

void disk::run(const entry& one) {
    using enum entry::operation;
    if (one.what == remark)
        return;
    if (one.what == create) {
        inodes_.emplace_back();
        return name_to(one.path, inodes_.size() - 1);
    }
    if (one.what == sync_directory) {
        for (const auto& step : pending_[one.path])
            apply(safe_, step);
        pending_[one.path].clear();
        return;
    }
    const auto found = live_.find(one.path);
    if (found == live_.end())
        return; // older than the trace
    const auto id = found->second;
    auto& file = inodes_[id];
    if (one.what == write) {
        file.pending.push_back({one.offset, one.data});
    } else if (one.what == sync) {
        for (const auto& written : file.pending)
            put_at(file.safe, written.offset, written.data);
        file.pending.clear();
    } else {
        if (one.what == entry::operation::rename)
            name_to(one.data, id);
        name_to(one.path, none);
    }
}

/// Each sector of each write that was not synced is there or not; what lies behind a hole reads as
/// zeros.
std::string disk::content(const inode& of, std::mt19937_64& random) const {
    auto out = of.safe;
    const auto mode = random() % 4; // nothing, everything, any subset twice
    for (const auto& written : of.pending) {
        std::uint64_t at = written.offset;
        for (std::string_view rest = written.data; !rest.empty();) {
            const auto size = std::min<std::size_t>(rest.size(), sector - at % sector);
            if (mode == 1 || (mode > 1 && random() % 2 == 0))
                put_at(out, at, rest.substr(0, size));
            rest.remove_prefix(size);
            at += size;
        }
    }
    return out;
}

void disk::cut(std::mt19937_64& random, const std::string& from,
               const std::filesystem::path& to) const {
    auto names = safe_;
    for (const auto& [folder, changes] : pending_) {
        auto happened = random() % (changes.size() + 1);
        for (const auto& one : changes)
            if (happened-- > 0)
                apply(names, one);
            else
                break;
    }
    for (const auto& [name, id] : names) {
        if (name.compare(0, from.size(), from) != 0)
            continue;
        const auto path = to / std::filesystem::path(name).lexically_relative(from);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content(inodes_[id], random);
    }
}

} // namespace waypost::powercut
