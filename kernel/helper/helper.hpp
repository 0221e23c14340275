// SPDX-License-Identifier: Apache-2.0
// The main process's end of the privileged helper. The helper is forked before any thread exists
// and before the main process gives up its privileges (identity.hpp); afterwards these few things
// are all that is left of them.
//
//   main process --bind, open_file--> SOCK_SEQPACKET --> helper process --descriptor--> main
//   process
//
// The helper ends when the main process does: its socket says so, and PR_SET_PDEATHSIG where it is
// allowed to.
#pragma once

#include "helper/protocol.hpp"

#include <waypost/result.hpp>

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::helper {

struct counters {
    std::uint64_t served = 0;
    std::uint64_t refused = 0;
};

/// Thread-safe: one request at a time.
class client {
public:
    /// Forks the helper. Call while the process has one thread. `directories`: where open_file may
    /// look; those that do not exist are left out, with their number kept.
    static result<std::unique_ptr<client>>
    start(const std::vector<std::filesystem::path>& directories);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// A listening TCP socket, non-blocking and close-on-exec: "127.0.0.1:25", "[::1]:0", "*:25".
    [[nodiscard]] result<int> listen_tcp(std::string_view endpoint);
    /// Read access to a file beneath registered directory number `directory`.
    [[nodiscard]] result<int> open_file(std::uint32_t directory, std::string_view name);
    [[nodiscard]] result<counters> count();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// For tests of the helper's manners: raw bytes in, errno value out.
    [[nodiscard]] result<int> send_raw(const void* data, std::size_t size);

private:
    client(int socket, pid_t pid) noexcept : socket_(socket), pid_(pid) {}
    result<int> exchange(void* request, std::size_t size, reply& answer);

    std::mutex mutex_;
    int socket_;
    pid_t pid_;
    std::uint32_t sequence_ = 0;
};

} // namespace waypost::kernel::helper
