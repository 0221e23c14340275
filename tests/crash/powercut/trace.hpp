// SPDX-License-Identifier: Apache-2.0
// Replays a trace of the log's file layer (kernel/log/file.hpp) up to a point and leaves what a
// power cut there may leave: everything synced is there; of writes not synced any 512-byte sectors
// may be missing; of changes to a directory not synced only the first few may have happened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace waypost::powercut {

struct entry {
    enum class operation : unsigned char {
        create = 1,
        write,
        sync,
        sync_directory,
        rename,
        unlink,
        remark
    };
    operation what;
    std::uint64_t offset;
    std::string path;
    std::string data;
};

/// Stops at the first incomplete entry.
std::vector<entry> read_trace(const std::filesystem::path& path);

/// A file system of which we know what is safe. Single thread.
class disk {
public:
    void run(const entry& one);
    /// Writes one legal state below `to`, with `from` as the folder of the trace.
    void cut(std::mt19937_64& random, const std::string& from,
             const std::filesystem::path& to) const;

private:
    struct pending_write {
        std::uint64_t offset;
        std::string data;
    };
    struct inode {
        std::string safe;
        std::vector<pending_write> pending;
    };
    struct change {
        std::string path;
        std::size_t inode; // none: the name goes
    };
    static constexpr std::size_t none = ~std::size_t{0};

    void name_to(const std::string& path, std::size_t to);
    static void apply(std::map<std::string, std::size_t>& names, const change& one);
    std::string content(const inode& of, std::mt19937_64& random) const;

    std::vector<inode> inodes_;
    std::map<std::string, std::size_t> live_;
    std::map<std::string, std::size_t> safe_;
    std::map<std::string, std::vector<change>> pending_; // by directory
};

} // namespace waypost::powercut
