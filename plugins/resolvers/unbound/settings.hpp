// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <waypost/config.hpp>
#include <waypost/result.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

struct ub_ctx;

namespace waypost::unbound {

/// As configured; plain values.
struct settings {
    std::vector<std::string> forward;                      // "192.0.2.1@53"
    std::vector<std::pair<std::string, std::string>> stub; // zone, "192.0.2.1@53"
    std::vector<std::string> hosts;                        // "mail.example.com A 192.0.2.1"
    std::string trust_anchor_file;                         // empty: none
    std::vector<std::string> trust_anchors;                // DS or DNSKEY records
    bool validates = true;
    std::size_t max_questions = 10'000;
    std::chrono::milliseconds timeout{10'000};
};

result<settings> read_settings(const config_view& values);
/// Before the first question.
result<void> apply(const settings& with, ub_ctx* to);

} // namespace waypost::unbound
