// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <waypost/abi/draft/dns.h>
#include <waypost/result.hpp>

#include <string>
#include <vector>

struct ub_result;

namespace waypost::unbound {

/// An answer with its texts; each asker owns one until release.
struct answer_box {
    wp_answer face{};
    std::string canonical;
    std::vector<std::string> texts; // owner, type and data of each record
    std::vector<wp_record> records;
};

/// What libunbound found. Not WP_OK and not WP_NOT_FOUND: the error says why, and there is no box.
wp_status make_answer(const ub_result& from, const std::string& type, answer_box*& box, error& why);

} // namespace waypost::unbound
