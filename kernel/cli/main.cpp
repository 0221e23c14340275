// SPDX-License-Identifier: Apache-2.0
// waypost: the operator's tool. It holds no rights and no knowledge of its own: each command is one
// call over the control socket, and one way to print the answer.
#include "cli/run.hpp"

#include <iostream>

int main(int count, char** arguments) {
    return waypost::kernel::cli::run(count, arguments, std::cout, std::cerr);
}
