// SPDX-License-Identifier: Apache-2.0
// What happened to each message, for `waypost trace` (R10.3): lines in plain files of bounded size,
// written behind the back of whoever tells. A crash loses at most the last second.
//     2026-11-24T10:00:00.123456Z 12 delivered to=ann@example.com channel=mailbox
#pragma once

#include "log/position.hpp"

#include <waypost/abi/base.h>

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace waypost::kernel::transfer {

struct trace_event {
    std::string time;
    std::string what;
    std::vector<std::pair<std::string, std::string>> fields;
};

/// Thread-safe.
class trace {
public:
    /// Files in `folder`, `limit` octets of them in all; 0: nothing is kept.
    trace(std::filesystem::path folder, std::uint64_t limit);
    ~trace();
    trace(const trace&) = delete;
    trace& operator=(const trace&) = delete;

    /// Never waits for the disk: what a full buffer cannot take is counted, and the count written.
    void add(log::message_id id, std::int64_t unix_ns, std::string_view what,
             std::span<const wp_pair> fields);
    /// The events of a message, in order; newest included.
    std::vector<trace_event> find(log::message_id id);

private:
    void run();
    void write(const std::string& lines);
    void rotate();
    std::filesystem::path path_of(std::uint64_t number) const;

    const std::filesystem::path folder_;
    const std::uint64_t limit_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::string buffer_;
    std::uint64_t lost_ = 0;
    bool stopping_ = false;

    std::mutex file_mutex_;                        // the writer, and readers that want all
    std::map<std::uint64_t, std::uint64_t> files_; // number, size
    std::FILE* file_ = nullptr;
    std::thread thread_;
};

} // namespace waypost::kernel::transfer
