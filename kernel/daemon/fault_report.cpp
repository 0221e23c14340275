// SPDX-License-Identifier: Apache-2.0
#include "daemon/fault_report.hpp"

#include <execinfo.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace waypost::kernel::daemon {
namespace {

constexpr int most_frames = 64;
constexpr std::size_t stack_bytes = 64 * 1024;
alignas(16) unsigned char reserve_stack[stack_bytes]; // for a fault that is the end of the main
                                                      // thread's stack

// Only what signal-safety(7) allows; backtrace() was called once before, which loads what it needs.
std::size_t put_number(char* to, std::uint64_t value, unsigned base) noexcept {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = digits[count - 1 - i];
    }
    return count;
}

std::size_t put_text(char* to, const char* text) noexcept {
    std::size_t count = 0;
    for (; text[count] != '\0'; ++count) {
        to[count] = text[count];
    }
    return count;
}

void on_fault(int number, siginfo_t* info, void*) {
    char line[128];
    std::size_t size = put_text(line, "<0>waypostd: fault: signal ");
    size += put_number(line + size, static_cast<unsigned>(number), 10);
    size += put_text(line + size, " at address 0x");
    size += put_number(line + size, reinterpret_cast<std::uintptr_t>(info->si_addr), 16);
    size += put_text(line + size, "; the next start recovers. Called from:\n");
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line, size);
    void* frames[most_frames];
    ::backtrace_symbols_fd(frames, ::backtrace(frames, most_frames), STDERR_FILENO);
    ::raise(number); // the default action is back: core dump
}

} // namespace

void report_faults() noexcept {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    void* frame = nullptr;
    ::backtrace(&frame, 1);
    stack_t stack{};
    stack.ss_sp = reserve_stack;
    stack.ss_size = stack_bytes;
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
    for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
        ::sigaction(number, &action, nullptr);
    }
#endif
}

} // namespace waypost::kernel::daemon
