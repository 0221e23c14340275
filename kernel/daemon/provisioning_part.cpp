// SPDX-License-Identifier: Apache-2.0
#include "daemon/provisioning_part.hpp"

#include "daemon/public_lookup.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::daemon {
namespace {

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

provisioning::policy policy_of(std::string_view word, std::optional<error>& unusable) {
    if (word == "propose")
        return provisioning::policy::propose;
    if (word == "automatic")
        return provisioning::policy::automatic;
    if (word != "off")
        unusable =
            error{WP_INVALID, fmt::format("[domains] from_messages: '{}' is not 'off', 'propose' "
                                          "or 'automatic'",
                                          word)};
    return provisioning::policy::off;
}

} // namespace

provisioning_part::provisioning_part(const config::settings& from, host::log_output& log)
    : log_(log), folder_(std::filesystem::path(from.site().text("state")) / "domains") {
    const auto& keys = from.domains();
    for (const auto& line : keys.list("records")) {
        auto one = provisioning::parse_template(line);
        if (one)
            settings_.records.push_back(*std::move(one));
        else
            unusable_ = one.failure();
    }
    settings_.hostname = from.hostname();
    settings_.ttl_seconds = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(keys.duration("record_ttl")).count());
    settings_.from_directory = keys.boolean("from_directory");
    settings_.create_zones = keys.boolean("create_zones");
    settings_.most_proposals = static_cast<std::size_t>(keys.integer("proposals"));
    settings_.retry = std::chrono::duration_cast<std::chrono::milliseconds>(keys.duration("retry"));
    settings_.now_ns = now_ns;
    settings_.log = [this](std::int32_t level, std::string_view text) {
        log_.write(level, "domains", text);
    };
    auto& with = request_settings_;
    with.by = policy_of(keys.text("from_messages"), unusable_);
    for (const auto& suffix : keys.list("suffixes"))
        with.suffixes.push_back(fold_domain(suffix));
    with.hosts = {fold_domain(from.hostname())};
    with.catch_all = keys.text("catch_all");
    with.active = keys.boolean("activate");
    with.per_client = static_cast<std::uint32_t>(keys.integer("lookups_per_client"));
    with.total = static_cast<std::uint32_t>(keys.integer("lookups_per_day"));
    with.made = static_cast<std::uint32_t>(keys.integer("made_per_day"));
}

result<void> provisioning_part::open(const directory::cache& cache, directory::admin& admin,
                                     resolver_service& names,
                                     std::function<bool(std::function<void()>)> worker) {
    if (unusable_)
        return *unusable_;
    auto opened = provisioning::journal::open(folder_);
    if (!opened)
        return opened.failure();
    journal_ = *std::move(opened);
    auto tokens = provisioning::proof::open(folder_ / "proof.key");
    if (!tokens)
        return tokens.failure();
    proof_ = std::make_unique<provisioning::proof>(*std::move(tokens));
    const provisioning::public_lookup ask = [&names](const std::string& name,
                                                     const std::string& type) {
        return look_up(names, name, type);
    };
    settings_.look_up = ask;
    maker_ = std::make_unique<provisioning::provisioner>(settings_, cache, admin, dns_, *journal_);
    requests_ = std::make_unique<provisioning::domain_requests>(request_settings_, *maker_, *proof_,
                                                                ask, std::move(worker));
    return {};
}

void provisioning_part::add(host::instance& updater) {
    dns_.add({updater.name(), updater.facet_as<wp_dns>(WP_DNS), updater.self()});
}

void provisioning_part::start() {
    maker_->start();
    started_ = true;
}

void provisioning_part::stop() {
    if (maker_)
        maker_->stop();
}

void provisioning_part::domains_changed(const std::set<std::string>& names) {
    if (started_)
        maker_->domains_changed(names);
}

wp_status provisioning_part::define(const std::string& domain, const std::string& client,
                                    const std::string& sender,
                                    std::function<void(wp_status)> then) {
    return requests_->ask(domain, client, sender, std::move(then));
}

} // namespace waypost::kernel::daemon
