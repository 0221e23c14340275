// SPDX-License-Identifier: Apache-2.0
// powercut_replay TRACE SEED FROM TO: leaves below TO what a power cut at a random point of TRACE
// may leave of FROM, and prints the remarks (what was acknowledged) up to that point.
#include "trace.hpp"

#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
    using namespace waypost::powercut;
    if (count != 5) {
        std::fprintf(stderr, "usage: powercut_replay TRACE SEED FROM TO\n");
        return 2;
    }
    const auto trace = read_trace(words[1]);
    std::mt19937_64 random(std::strtoull(words[2], nullptr, 10));
    const auto end = random() % (trace.size() + 1);
    disk state;
    for (std::size_t i = 0; i < end; ++i) {
        state.run(trace[i]);
        if (trace[i].what == entry::operation::remark)
            std::printf("%s\n", trace[i].data.c_str());
    }
    state.cut(random, words[3], words[4]);
    std::fprintf(stderr, "cut after %zu of %zu operations\n", static_cast<std::size_t>(end),
                 trace.size());
    return 0;
}
