// SPDX-License-Identifier: Apache-2.0
#include "helper/identity.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::helper {
namespace {

error cannot(std::string_view what) {
    return {WP_PERMFAIL, fmt::format("cannot {}: {}", what, std::strerror(errno))};
}

result<gid_t> find_group(const std::string& name) {
    const ::group* entry = ::getgrnam(name.c_str());
    if (!entry) {
        return error{WP_INVALID,
                     fmt::format("there is no group \"{}\"; create it, or correct the key group of "
                                 "[site]",
                                 name)};
    }
    return entry->gr_gid;
}

} // namespace

result<identity> find_identity(const std::string& user, const std::string& group) {
    identity who{::geteuid(), ::getegid(), user, false};
    if (!user.empty()) {
        const ::passwd* entry = ::getpwnam(user.c_str());
        if (!entry) {
            return error{WP_INVALID,
                         fmt::format("there is no user \"{}\"; create it (useradd --system {}), or "
                                     "correct the key user of [site]",
                                     user, user)};
        }
        who.user = entry->pw_uid;
        who.group = entry->pw_gid;
    }
    if (!group.empty()) {
        auto found = find_group(group);
        if (!found) {
            return found.failure();
        }
        who.group = *found;
    }
    if (::geteuid() == 0) {
        who.change = who.user != 0;
        return who;
    }
    if (who.user != ::geteuid()) {
        return error{
            WP_DENIED,
            fmt::format("the configuration says user \"{}\", and only root can become another "
                        "user; start the daemon as root or as {}, or remove the key",
                        user, user)};
    }
    who.group = ::getegid();
    return who;
}

result<void> assume(const identity& who) {
    if (who.change) {
        // The order matters: each step needs what the next one gives up.
        if (::initgroups(who.user_name.c_str(), who.group) != 0) {
            return cannot("set the supplementary groups");
        }
        if (::setresgid(who.group, who.group, who.group) != 0) {
            return cannot("change the group");
        }
        if (::setresuid(who.user, who.user, who.user) != 0) {
            return cannot("change the user");
        }
        if (::setuid(0) == 0) {
            return error{WP_BUG, "root's rights could be taken back after they were given up"};
        }
        // The kernel turned core dumps off with the change of user.
        ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return cannot("set no_new_privs");
    }
    return {};
}

} // namespace waypost::kernel::helper
