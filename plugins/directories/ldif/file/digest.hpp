// SPDX-License-Identifier: Apache-2.0
// SHA-256 in hexadecimal: names the content of a file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace waypost::ldif {

/// Single thread.
class digest {
public:
    digest();
    ~digest();
    digest(const digest&) = delete;
    digest& operator=(const digest&) = delete;
    void add(std::string_view bytes);
    /// 64 digits; once.
    std::string finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

std::string digest_of(std::string_view bytes);

} // namespace waypost::ldif
