// SPDX-License-Identifier: Apache-2.0
// Settings of the message log; the names are those of the [log] section of the configuration.
#pragma once

#include <waypost/result.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>

namespace waypost::kernel::log {

struct options {
    /// Holds log/, spool/ and messages.mdb.
    std::filesystem::path directory;
    std::size_t segment_bytes = std::size_t{64} << 20U;
    /// Bytes of the log that some consumer has not checkpointed; above it commits wait.
    std::size_t tail_bytes = std::size_t{64} << 20U;
    /// Above these, submit answers WP_BUSY.
    std::size_t pending_operations = 10'000;
    std::size_t pending_bytes = std::size_t{64} << 20U;
    /// A group takes no further operation once it is this large, so that answers are not held long.
    std::size_t group_bytes = std::size_t{8} << 20U;
    std::chrono::milliseconds unsynced_delay{1000};
    /// While acceptance is stopped, one operation per interval is let in to try the disk again.
    std::chrono::milliseconds probe_interval{1000};
    std::size_t checkpoint_records = 10'000;
    std::chrono::milliseconds checkpoint_interval{5000};
    /// Address space for messages.mdb, not disk space.
    std::size_t index_map_bytes = std::size_t{64} << 30U;
    std::size_t mapped_segments = 256;
    /// Checkpoints and compaction on a thread of the log; off: the owner calls them.
    bool background = true;
    /// Told what went wrong where nobody waits for an answer. [any thread]
    std::function<void(const error&)> report = [](const error&) {};
};

} // namespace waypost::kernel::log
