// SPDX-License-Identifier: Apache-2.0
// The folder that holds everything a site must not lose: made with mode 0700, owned by the
// service's user, and locked, so that no second daemon writes the same files.
#pragma once

#include "helper/identity.hpp"

#include <filesystem>

namespace waypost::kernel::daemon {

/// Makes the folder where it is missing, for the user that the daemon will be. Refuses one that
/// others may write.
result<void> make_private_folder(const std::filesystem::path& folder,
                                 const helper::identity& owner);

/// Held as long as the object lives; the kernel takes it back from a process that was killed.
class state_lock {
public:
    static result<state_lock> take(const std::filesystem::path& state,
                                   const helper::identity& owner);
    ~state_lock();
    state_lock(state_lock&& other) noexcept;
    state_lock& operator=(state_lock&&) = delete;

private:
    explicit state_lock(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace waypost::kernel::daemon
