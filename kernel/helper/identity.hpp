// SPDX-License-Identifier: Apache-2.0
// Who the main process is: started as root it becomes the user and group of the configuration for
// good. Started as anybody else it stays what it is. Single thread: called before any other thread
// exists.
#pragma once

#include <waypost/result.hpp>

#include <sys/types.h>

#include <string>

namespace waypost::kernel::helper {

struct identity {
    uid_t user = 0;
    gid_t group = 0;
    std::string user_name; // empty: the process stays who it is
    bool change = false;   // whether assume() has anything to give up
};

/// Looks the names up. Empty `group`: the user's own. Not root: the names must be those of the
/// process, or empty.
result<identity> find_identity(const std::string& user, const std::string& group);

/// setgroups, setresgid, setresuid when started as root; no_new_privs always. There is no way back.
result<void> assume(const identity& who);

} // namespace waypost::kernel::helper
