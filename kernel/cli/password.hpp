// SPDX-License-Identifier: Apache-2.0
// A password comes from the terminal, without echo and twice, or from standard input with
// --password-stdin; never from the command line, which every user of the machine can read.
#pragma once

#include <waypost/result.hpp>

#include <iosfwd>
#include <string>

namespace waypost::kernel::cli {

result<std::string> ask_password(bool from_stdin, std::ostream& prompt);
/// The first line, without its line end.
result<std::string> read_password(std::istream& from);

} // namespace waypost::kernel::cli
