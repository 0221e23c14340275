// SPDX-License-Identifier: Apache-2.0
// One decision of the router: follows an address through domain aliases, rows, forwards and groups
// to the places it leads to. A part of router.cpp with a file of its own; nobody else includes it.
#pragma once

#include "directory/cache.hpp"
#include "routing/address.hpp"
#include "routing/member_searches.hpp"
#include "routing/router.hpp"

#include <unordered_set>

namespace waypost::kernel::routing {

/// Single thread.
class walk {
public:
    walk(const directory::cache& cache, const settings& with, member_searches& searches, asker who,
         decision& out, std::vector<step>* steps);
    void run(std::string_view address);

private:
    struct place {
        directory::route_view route;
        const folded_address* key;
        std::string_view local; ///< as written
        std::string_view detail;
        std::uint32_t depth;
    };

    void follow(std::string_view address, std::uint32_t depth);
    void note_other_routes(const directory::route_view& counts, std::string_view domain);
    void follow_hosted(const place& at);
    void follow_row(const directory::account_view& row, const place& at, std::string_view detail);
    void follow_user(const directory::account_view& row, const place& at, std::string_view detail);
    void follow_group(const directory::account_view& row, const place& at);
    /// False: this sender may not, and was refused or led to the moderators.
    bool pass_policy(const directory::entry_view& group, const place& at);
    void follow_members(const directory::entry_view& group, const place& at);
    void follow_all(const std::vector<std::string>& addresses, const directory::entry_view& group,
                    std::string_view attribute, std::uint32_t depth);
    /// What a URL finds now; null: it is none.
    member_searches::shared_answer search_members(std::string_view url,
                                                  const directory::entry_view& group);
    void follow_forwards(const directory::account_view& row, std::uint32_t depth);
    void not_found(const place& at);
    bool is_postmaster(const place& at) const noexcept;

    /// False: refused or parked, nothing more to do.
    bool pass_state(state value, const place& at, std::string_view account,
                    std::string_view subject, std::string_view dn, std::string_view attribute);
    void relay_unknown(std::string_view address, const std::string& domain);
    void unknown_domain(std::string_view address, std::string_view domain, std::uint32_t depth);
    void relay(std::string_view address, std::string_view next_hop, std::string_view channel);
    destination* add(std::string_view identity, std::uint32_t depth);
    void refuse(error why, std::string_view address, std::uint32_t depth);
    bool is_ours(std::string_view host) const noexcept;
    void note(std::string_view what, std::string_view source, std::string_view attribute,
              std::string_view result);

    const directory::cache& cache_;
    directory::reader in_;
    const settings& settings_;
    member_searches& searches_;
    asker who_;
    decision& out_;
    std::vector<step>* steps_;
    std::unordered_set<std::string>
        seen_;              // addresses and accounts; used once something is expanded
    std::string errors_to_; // of the list that is followed
    bool refused_ = false;
};

} // namespace waypost::kernel::routing
