// SPDX-License-Identifier: Apache-2.0
// What is known of the making of one domain: how far it is, what was written for it, so that a
// crash between two steps is resumed and `domain remove` undoes exactly that.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::kernel::provisioning {

/// The last step that is done (or, of the last three, what the domain is).
enum class progress {
    planned,     ///< what is to be written is recorded, nothing is written yet
    entries,     ///< the directory has its entries
    dns,         ///< its records were handed to the DNS servers
    tables,      ///< the routing table has it
    verified,    ///< the records were read back from the servers
    removing,    ///< an operator wants it gone; its entries are being removed
    withdrawing, ///< its entries are gone, its records are being withdrawn
    proposed,    ///< by a message; an operator decides
    rejected,    ///< an operator said no; not proposed again
};
std::string_view name_of(progress step) noexcept;

enum class origin { command, directory, message };
std::string_view name_of(origin from) noexcept;

struct dns_record {
    std::string owner; ///< without the final dot
    std::string type;
    std::string data; ///< presentation format
    std::uint32_t ttl_seconds = 3600;
    bool operator==(const dns_record&) const = default;
};

using attribute_list = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct domain_record {
    std::string domain;
    progress state = progress::planned;
    origin from = origin::command;
    std::string asked_by;  ///< of a message: client and sender, for the audit
    std::string problem;   ///< why the next step is not done; empty: nothing is in the way
    attribute_list wanted; ///< attributes the operator asked for
    std::vector<std::string> entries;   ///< DNs that were not there before
    std::vector<dns_record> records;    ///< that were not there before
    std::vector<dns_record> to_publish; ///< in zones that we may not change
    std::string zone_created;           ///< empty: none
    std::int64_t created_ns = 0;        ///< Unix time
};

std::string encode(const domain_record& from);
/// A record that cannot be read is an error with the domain's name.
result<domain_record> decode(std::string_view domain, std::string_view text);

} // namespace waypost::kernel::provisioning
