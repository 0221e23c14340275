// SPDX-License-Identifier: Apache-2.0
// A program run later for a channel must not inherit this filter: run_program will be served by a
// second child, forked before the filter is loaded.
#include "helper/filter.hpp"

#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace waypost::kernel::helper {
namespace {

constexpr int plain_calls[] = {
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(close),
    SCMP_SYS(setsockopt),
    SCMP_SYS(openat2),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
    // The sanitizers' runtime, of the test builds.
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(write),
    SCMP_SYS(clock_gettime),
#endif
};

int allow(scmp_filter_ctx filter) noexcept {
    for (const int call : plain_calls) {
        if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); error != 0) {
            return error;
        }
    }
    for (const unsigned family : {unsigned{AF_INET}, unsigned{AF_INET6}}) {
        const scmp_arg_cmp same{0, SCMP_CMP_EQ, family, 0};
        if (const int error =
                seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &same);
            error != 0) {
            return error;
        }
    }
    return seccomp_load(filter);
}

constexpr std::uint32_t mask(unsigned capability) noexcept {
    return std::uint32_t{1} << capability;
}

} // namespace

int keep_two_capabilities() noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2]{};
    if (::syscall(SYS_capget, &header, sets) != 0) {
        return errno;
    }
    // Only what is there may be kept: not running as root there is nothing, and that is fine.
    const std::uint32_t kept =
        sets[0].permitted & (mask(CAP_NET_BIND_SERVICE) | mask(CAP_DAC_READ_SEARCH));
    sets[0] = {kept, kept, 0};
    sets[1] = {0, 0, 0};
    return ::syscall(SYS_capset, &header, sets) == 0 ? 0 : errno;
}

int load_filter() noexcept {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return errno;
    }
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter) {
        return ENOMEM;
    }
    const int error = allow(filter);
    seccomp_release(filter);
    return error < 0 ? -error : error;
}

} // namespace waypost::kernel::helper
