// SPDX-License-Identifier: Apache-2.0
// One client of the control socket: its bytes in, its bytes out, its clock. The server's I/O thread
// reads and writes; one worker at a time appends answers. Input belongs to the I/O thread, output
// is locked.
#pragma once

#include "control/authorise.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::kernel::control {

struct limits {
    std::size_t request_bytes = 256 * 1024;
    std::size_t connections = 64;
    std::size_t output_bytes = 1024 * 1024; // unread answer, above it a handler waits
    std::chrono::milliseconds idle{300'000};
    std::chrono::milliseconds request{30'000}; // from the first byte of a request to its end
    std::chrono::milliseconds write{30'000};   // a client that does not read
    std::size_t workers = 2;
};

class connection {
public:
    using clock = std::chrono::steady_clock;

    connection(int fd, caller who, limits with) noexcept;
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] const caller& who() const noexcept { return who_; }

    // --- the I/O thread ---
    /// False: end of input, error, or a request over the limit (then `too_large`).
    bool read_some();
    bool write_some();
    /// The next whole line, when no handler is at work on an earlier one.
    std::optional<std::string> next_request();
    [[nodiscard]] bool wants_input() const noexcept { return !busy_ && !input_ended_; }
    [[nodiscard]] bool wants_output() const;
    /// Nothing to do for this client any more.
    [[nodiscard]] bool finished() const;
    [[nodiscard]] bool too_large() const noexcept { return too_large_; }
    [[nodiscard]] bool expired(clock::time_point now) const;
    void answered();
    void input_ended() noexcept { input_ended_ = true; }
    [[nodiscard]] bool has_ended() const noexcept { return input_ended_; }

    // --- a worker ---
    /// Waits while the client does not read. False: it is gone.
    bool append(std::string_view text, bool may_wait);
    void abandon();

private:
    const int fd_;
    const caller who_;
    const limits limits_;
    std::string input_;
    bool busy_ = false;
    bool input_ended_ = false;
    bool too_large_ = false;
    clock::time_point since_ =
        clock::now(); // of the last complete request or answer, or the first byte of a request

    mutable std::mutex mutex_;
    std::condition_variable drained_;
    std::string output_;
    clock::time_point progress_ = clock::now();
    bool gone_ = false;
};

} // namespace waypost::kernel::control
