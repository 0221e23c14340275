// SPDX-License-Identifier: Apache-2.0
#include "cli/password.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace waypost::kernel::cli {
namespace {

/// Turns the terminal's echo off while it lives.
class quiet_terminal {
public:
    quiet_terminal() {
        if (::tcgetattr(STDIN_FILENO, &before_) == 0) {
            termios quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
        }
    }
    ~quiet_terminal() {
        if (changed_) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        }
    }
    quiet_terminal(const quiet_terminal&) = delete;
    quiet_terminal& operator=(const quiet_terminal&) = delete;
    [[nodiscard]] bool is_quiet() const noexcept { return changed_; }

private:
    termios before_{};
    bool changed_ = false;
};

result<std::string> prompt_once(std::string_view text, std::ostream& prompt) {
    prompt << text << std::flush;
    const quiet_terminal quiet;
    if (!quiet.is_quiet()) {
        return error{WP_INVALID, "the terminal's echo cannot be turned off; use --password-stdin"};
    }
    auto line = read_password(std::cin);
    prompt << '\n';
    return line;
}

} // namespace

result<std::string> read_password(std::istream& from) {
    std::string line;
    std::getline(from, line);
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    if (line.empty()) {
        return error{WP_INVALID, "the password is empty"};
    }
    return line;
}

result<std::string> ask_password(bool from_stdin, std::ostream& prompt) {
    if (from_stdin) {
        return read_password(std::cin);
    }
    if (::isatty(STDIN_FILENO) == 0) {
        return error{WP_INVALID,
                     "there is no terminal to ask for the password; use --password-stdin"};
    }
    auto first = prompt_once("Password: ", prompt);
    if (!first) {
        return first;
    }
    auto second = prompt_once("Again: ", prompt);
    if (second && *second != *first) {
        return error{WP_INVALID, "the two passwords are not the same"};
    }
    return second;
}

} // namespace waypost::kernel::cli
