// SPDX-License-Identifier: Apache-2.0
// messages.mdb: the checkpoint of the message index. Tables: messages (id -> location and
// references), segments (id -> how much of it is alive), state (position, high-water marks) and
// floors (per consumer).
#pragma once

#include "log/position.hpp"

#include <waypost/result.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

struct MDB_env;
struct MDB_txn;

namespace waypost::kernel::log {

/// Where a message is. Stored as it is.
struct index_entry {
    segment_id segment = 0;
    std::uint64_t offset = 0; // of the envelope
    std::uint64_t content = 0;
    std::uint32_t envelope = 0;
    std::int32_t references = 0;
    std::uint32_t in_file = 0;
    std::uint32_t reserved = 0;
};

/// How much of a segment is alive. Stored as it is.
struct segment_row {
    std::uint64_t end = 0;  // valid up to here
    std::uint64_t live = 0; // bytes of records of live messages
    position last =
        0; // the last group in it (of the log up to it, when it has none); 0 for cold ones
    std::uint64_t cold = 0;
};

struct index_state {
    position applied = 0;
    message_id next_message = 1;
    segment_id next_segment = 1;
};

/// Up to where a consumer needs no replay, and the checkpoint of its own that this rests on.
struct consumer_floor {
    position floor = 0;
    position applied = 0;
};

/// Thread-safe for one reader (find) beside one writer (transaction).
class index_store {
public:
    static result<std::unique_ptr<index_store>> open(const std::filesystem::path& path,
                                                     std::size_t map_bytes);
    index_store(const index_store&) = delete;
    index_store& operator=(const index_store&) = delete;
    ~index_store();

    /// Null when the store is new.
    std::optional<index_state> state();
    std::vector<std::pair<segment_id, segment_row>> segments();
    std::vector<std::pair<consumer_id, consumer_floor>> floors();
    std::optional<index_entry> find(message_id id);

    /// A write transaction; without commit() nothing happened.
    class transaction {
    public:
        explicit transaction(index_store& store);
        transaction(const transaction&) = delete;
        transaction& operator=(const transaction&) = delete;
        ~transaction();
        void put(message_id id, const index_entry& entry);
        void erase(message_id id);
        void put(segment_id id, const segment_row& row);
        void erase_segment(segment_id id);
        void put(consumer_id id, const consumer_floor& floor);
        void put(const index_state& state);
        result<void> commit();

    private:
        void store(unsigned table, std::uint64_t key, const void* data, std::size_t size);
        void remove(unsigned table, std::uint64_t key);
        index_store& store_;
        MDB_txn* txn_ = nullptr;
        int code_ = 0;
    };

private:
    explicit index_store(std::string path) : path_(std::move(path)) {}
    int open_tables(std::size_t map_bytes);
    template <class Row, class Key>
    std::vector<std::pair<Key, Row>> all(unsigned table);

    std::string path_;
    MDB_env* env_ = nullptr;
    MDB_txn* reader_ = nullptr;
    unsigned messages_ = 0, segments_ = 0, state_ = 0, floors_ = 0;
};

} // namespace waypost::kernel::log
