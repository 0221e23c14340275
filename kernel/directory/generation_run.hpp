// SPDX-License-Identifier: Apache-2.0
// One run of the generators over a domain: hands them its nodes and its entries in batches
// (wp_route_input), takes their rows (wp_route_output), adds what the kernel knows, and writes them
// between two batches.
#pragma once

#include "directory/indexer.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace waypost::kernel::directory {

/// The entries of one subtree or of a list of keys, in batches; leaves out nested domains. Single
/// thread.
class entry_scan {
public:
    /// Of everything below `base`, except what is below another base; or of `keys` where base is
    /// empty.
    entry_scan(writer& from, const std::string& base, const std::vector<std::string>& keys);

    struct item {
        std::string key;
        entry_view entry; // valid until the next write
    };
    /// The next users and groups; empty at the end. `all`: any entry.
    const std::vector<item>& next(std::size_t room, bool all = false);
    void restart();

private:
    void next_of_subtree(std::size_t room, bool all);
    void next_of_keys(std::size_t room, bool all);
    const std::string* nested_above(std::string_view key) const;

    writer& tables_;
    std::string base_;
    std::string prefix_;
    std::vector<std::string> nested_; // prefixes below which entries are another domain's
    const std::vector<std::string>& keys_;
    std::string from_;
    std::size_t key_at_ = 0;
    bool ended_ = false;
    std::vector<item> items_;
};

/// Rows waiting to be written, and who caused them. Single thread.
class row_buffer {
public:
    void add(table into, std::string key, std::string row, std::string owner);
    void write(writer& into);

private:
    struct pending {
        table into;
        std::string key, row, owner;
    };
    std::vector<pending> rows_;
};

/// Single thread.
class generation_run {
public:
    generation_run(writer& tables, const generator& by, std::uint16_t order, std::string domain,
                   entry_scan& scan, bool take_routes, const log_function& log);
    /// WP_OK, or the generator's failure.
    wp_status run(const std::vector<std::string>& nodes, wp_error& why);

private:
    static wp_status next(void* ctx, wp_entry* entries, std::uint64_t room, std::uint64_t* count);
    static wp_status routes(void* ctx, const wp_route* rows, std::uint64_t count);
    static wp_status aliases(void* ctx, const wp_alias* rows, std::uint64_t count);
    void log_conflict(table in, const std::string& name, const std::string& key);
    void add_route(const wp_route& row);
    void add_alias(const wp_alias& row);
    const entry_scan::item* find(wp_str dn);

    writer& tables_;
    const generator& by_;
    std::uint16_t order_;
    std::string domain_;
    entry_scan& scan_;
    bool take_routes_;
    const log_function& log_;
    const std::vector<entry_scan::item>* items_ = nullptr;
    std::size_t hint_ = 0;
    entry_scan::item other_;
    entry_batch batch_;
    row_buffer rows_;
};

/// What row_buffer wrote into table produced. Borrows.
std::vector<std::pair<table, std::string_view>> decode_produced(std::string_view made);

} // namespace waypost::kernel::directory
