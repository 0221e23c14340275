// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target once over the empty input and over each file of its corpus: what ./dev test
// and
// ./dev check do with found inputs, with any compiler. Usage: fuzz_NAME [FILE|FOLDER]...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs(int count, char** paths) {
    std::vector<fs::path> found;
    for (int index = 0; index < count; ++index) {
        const fs::path path = paths[index];
        if (!fs::is_directory(path)) {
            found.push_back(path);
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(path))
            if (entry.is_regular_file())
                found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool replay(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof()) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        return false;
    }
    // A copy of exactly that size, so that the address sanitizer sees a read behind the end.
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    // The name first: a crash then says which input it was.
    std::fprintf(stderr, "%s (%zu)\n", path.c_str(), exact.size());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    return true;
}

} // namespace

int main(int argc, char** argv) {
    const std::uint8_t nothing = 0;
    LLVMFuzzerTestOneInput(&nothing, 0);
    const auto files = inputs(argc - 1, argv + 1);
    for (const auto& path : files)
        if (!replay(path))
            return 1;
    std::printf("%zu inputs replayed\n", files.size() + 1);
    return 0;
}
