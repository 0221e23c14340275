// SPDX-License-Identifier: Apache-2.0
// Generation; see generate.hpp.
#include "generate.hpp"

#include "addresses.hpp"
#include "attributes.hpp"
#include "domain.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace waypost::routes_directory {
namespace {

constexpr std::size_t batch_rows = 256;

error refused(wp_status status, std::string_view what) {
    return {status, "the host did not " + std::string(what)};
}

std::vector<wp_entry> nodes_of(const wp_route_input& input) {
    std::vector<wp_entry> nodes;
    for (std::uint64_t i = 0; i < input.node_count; ++i)
        nodes.push_back(element(input.nodes, i));
    return nodes;
}

class run {
public:
    run(const settings& with, const wp_route_input& input, const wp_route_output& output,
        const report& tell)
        : with_(with), input_(input), output_(output), tell_(tell), nodes_(nodes_of(input)),
          domain_(find_domain(view(input.domain), nodes_)) {}

    result<void> all() {
        if (!domain_.exists())
            return {};
        if (!domain_.alias_of.target.empty())
            return alias_route(domain_.name, domain_.alias_of);
        if (auto ok = entries(); !ok)
            return ok;
        if (auto ok = names_by_uid(); !ok)
            return ok;
        if (auto ok = postmaster(); !ok)
            return ok;
        if (auto ok = flush(); !ok)
            return ok;
        if (auto ok = own_route(); !ok)
            return ok;
        for (const auto& [name, alias] : domain_.aliases)
            if (auto ok = alias_route(name, alias); !ok)
                return ok;
        if (foreign_count_ > 0)
            tell_("addresses outside of their domain are left out", domain_.name,
                  first_foreign_ + (foreign_count_ > 1
                                        ? " and " + std::to_string(foreign_count_ - 1) + " more"
                                        : ""));
        return {};
    }

private:
    // --- users and groups ---

    result<void> entries() {
        if (!input_.next)
            return {};
        std::array<wp_entry, 128> room{};
        room.front().struct_size = sizeof(wp_entry);
        for (;;) {
            std::uint64_t count = 0;
            if (const auto status = input_.next(input_.ctx, room.data(), room.size(), &count);
                status != WP_OK)
                return refused(status, "give the next entries");
            if (count == 0)
                return {};
            for (std::uint64_t i = 0; i < count; ++i)
                if (auto ok = one_entry(element(room.data(), i)); !ok)
                    return ok;
        }
    }

    result<void> one_entry(const wp_entry& from) {
        auto found = addresses_of(from, domain_);
        for (auto& row : found.rows) {
            if (!taken_.insert(row.address).second) {
                tell_("an address of two entries goes to the first", domain_.name,
                      row.address + " (" + row.dn + ")");
                continue;
            }
            if (row.address.starts_with('@') && row.address.substr(1) == domain_.name &&
                catch_all_.empty())
                catch_all_ = found.primary;
            if (auto ok = emit(std::move(row)); !ok)
                return ok;
        }
        for (auto& row : found.by_uid)
            by_uid_.push_back(std::move(row));
        if (found.is_administrator && administrator_.empty())
            administrator_ = found.primary;
        if (foreign_count_ == 0 && !found.foreign.empty())
            first_foreign_ = found.foreign.front();
        foreign_count_ += found.foreign.size();
        return {};
    }

    // An attribute beats a uid, wherever the entries stand.
    result<void> names_by_uid() {
        for (auto& row : by_uid_) {
            if (!taken_.insert(row.address).second)
                continue;
            if (auto ok = emit(std::move(row)); !ok)
                return ok;
        }
        by_uid_.clear();
        return {};
    }

    // RFC 5321 s4.5.1: postmaster of every domain.
    result<void> postmaster() {
        const auto address = "postmaster@" + domain_.name;
        if (taken_.contains(address))
            return {};
        const auto named = domain_.attribute("maildomainreportaddress");
        const auto by_setting =
            with_.postmaster.empty() || with_.postmaster.find('@') != std::string::npos
                ? with_.postmaster
                : with_.postmaster + "@" + domain_.name;
        const std::array<std::pair<std::string, std::string_view>, 3> choices{
            {{folded(named.value), "mailDomainReportAddress"},
             {administrator_, "adminRole"},
             {folded(by_setting), "postmaster (setting)"}}};
        for (const auto& [target, source] : choices) {
            const auto parsed = fold_address(target);
            if (!parsed || parsed->local.empty() || target == address)
                continue;
            const auto* node = named.node ? named.node : domain_.nodes.front();
            return emit({WP_ALIAS_FORWARD, address, std::string(view(node->dn)), target,
                         std::string(source)});
        }
        tell_("the domain has no postmaster: set mailDomainReportAddress or the key postmaster",
              domain_.name, address);
        return {};
    }

    // --- rows ---

    result<void> emit(alias_row row) {
        rows_.push_back(std::move(row));
        return rows_.size() < batch_rows ? result<void>{} : flush();
    }

    result<void> flush() {
        std::vector<wp_alias> out;
        for (const auto& row : rows_)
            out.push_back({sizeof(wp_alias),
                           row.kind,
                           to_abi(row.address),
                           to_abi(row.dn),
                           to_abi(row.target),
                           {to_abi(row.dn), to_abi(row.attribute)}});
        if (!out.empty())
            if (const auto status = output_.aliases(output_.ctx, out.data(), out.size());
                status != WP_OK)
                return refused(status, "take alias rows");
        rows_.clear();
        return {};
    }

    result<void> send(const wp_route& row) const {
        const auto status = output_.routes(output_.ctx, &row, 1);
        return status == WP_OK ? result<void>{} : refused(status, "take a route row");
    }

    static wp_route empty_route(std::int32_t kind, const std::string& name) {
        wp_route row{};
        row.struct_size = sizeof row;
        row.kind = kind;
        row.state = WP_STATE_ACTIVE; // the kernel's precedence fills it
        row.domain = to_abi(name);
        return row;
    }

    result<void> alias_route(const std::string& name, const alias_domain& alias) const {
        if (alias.target.empty() || alias.target == name) {
            tell_("an alias domain without a target is left out", name, alias.dn);
            return {};
        }
        auto row = empty_route(WP_ROUTE_ALIAS, name);
        row.target = to_abi(alias.target);
        row.source = {to_abi(alias.dn), to_abi(alias.attribute)};
        return send(row);
    }

    bool is_ours(std::string_view host) const {
        return std::any_of(with_.hostnames.begin(), with_.hostnames.end(),
                           [&](const std::string& own) { return equal_folded(own, host); });
    }

    // Schema facts 5.6, step 4: local unless mailRoutingHosts names others only.
    result<void> own_route() const {
        const auto first = domain_.attribute("mailroutinghosts");
        const auto hosts =
            first.node ? values(*first.node, "mailroutinghosts") : std::vector<std::string_view>{};
        const bool local =
            hosts.empty() || std::any_of(hosts.begin(), hosts.end(), [&](std::string_view host) {
                return is_ours(fold_domain(host));
            });
        auto row = empty_route(local ? WP_ROUTE_HOSTED : WP_ROUTE_RELAY, domain_.name);
        const auto hop = fold_domain(first.value);
        const auto smart = fold_domain(domain_.attribute("mailroutingsmarthost").value);
        auto all = folded(domain_.attribute("maildomaincatchalladdress").value);
        if (all.empty())
            all = catch_all_;
        if (local) {
            row.smart_host = to_abi(smart);
            row.catch_all = to_abi(all);
        } else {
            row.target = to_abi(hop);
        }
        const auto* node = first.node ? first.node : domain_.nodes.front();
        row.source = {node->dn, to_abi(first.node ? "mailRoutingHosts" : "objectClass")};
        return send(row);
    }

    const settings& with_;
    const wp_route_input& input_;
    const wp_route_output& output_;
    const report& tell_;
    const std::vector<wp_entry> nodes_;
    domain_view domain_;
    std::vector<alias_row> rows_;
    std::vector<alias_row> by_uid_;
    std::unordered_set<std::string> taken_;
    std::string catch_all_;
    std::string administrator_;
    std::string first_foreign_;
    std::size_t foreign_count_ = 0;
};

} // namespace

result<void> generate(const settings& with, const wp_route_input& input,
                      const wp_route_output& output, const report& tell) {
    if (input.domain.size == 0)
        return {}; // tables that are not from the directory
    return run(with, input, output, tell).all();
}

} // namespace waypost::routes_directory
