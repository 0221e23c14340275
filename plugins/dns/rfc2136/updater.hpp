// SPDX-License-Identifier: Apache-2.0
// DNS UPDATE at one server (R7.3): finds the zone of a name, changes records, reads them back.
#pragma once

#include "request.hpp"
#include "tcp.hpp"

#include <chrono>

namespace waypost::dns {

struct settings {
    server_address server;
    tsig_key key;
    std::vector<std::string> zones; ///< folded; a zone may be one of these or lie below one
    std::chrono::nanoseconds timeout{};
};

/// thread-safe; blocks up to the timeout for each message.
class updater {
public:
    explicit updater(settings with) : settings_(std::move(with)) {}

    /// The zone cut above a name as the server sees it (RFC 1035 s3.3.13: the owner of the SOA);
    /// empty when the server has none or the operator does not list it.
    result<std::string> zone_of(std::string_view name) const;

    /// One UPDATE. When a requirement does not hold but the zone already says what the changes
    /// would make of it, that is success: the same batch again is answered like the first time.
    result<void> apply(std::string_view zone, const std::vector<change>& changes) const;

    /// The records of one owner and type; none is an empty list.
    result<std::vector<record>> read(std::string_view owner, std::string_view type) const;

private:
    result<ldns_ptr<ldns_pkt>> ask(const request& what) const;
    result<ldns_ptr<ldns_rr_list>> fetch(std::string_view owner, std::string_view type) const;
    result<bool> done_before(const std::vector<change>& changes) const;
    bool listed(std::string_view zone) const;

    settings settings_;
};

} // namespace waypost::dns
