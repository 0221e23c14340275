// SPDX-License-Identifier: Apache-2.0
#include "daemon/provisioning_part.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

#include <future>

namespace waypost::kernel::daemon {
namespace {

constexpr auto resolve_patience = std::chrono::seconds(10);

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

/// The hosts of an MX answer; waits for the resolver.
result<std::vector<std::string>> mail_hosts(resolver_service& names, const std::string& domain) {
    struct answered {
        wp_status status = WP_OK;
    };
    std::promise<answered> promise;
    auto future = promise.get_future();
    const wp_done done{[](void* ctx, wp_status status, const wp_error*) {
                           static_cast<std::promise<answered>*>(ctx)->set_value({status});
                       },
                       &promise};
    const wp_answer* answer = nullptr;
    auto why = empty_error();
    const auto deadline_ns = now_ns() + std::chrono::nanoseconds(resolve_patience).count();
    auto status = names.resolve(to_abi(domain), to_abi("MX"), deadline_ns, &answer, &why, done);
    if (status == WP_PENDING)
        status = future.get().status;
    std::vector<std::string> out;
    if (status == WP_OK && answer != nullptr) {
        const bool bogus = answer->security == WP_SECURITY_BOGUS;
        for (std::uint64_t i = 0; !bogus && i < answer->record_count; ++i) {
            const auto data = view(element(answer->records, i).data);
            out.emplace_back(data.substr(std::min(data.size(), data.find(' ') + 1)));
        }
    }
    if (answer != nullptr)
        names.release(answer);
    if (status == WP_OK || status == WP_NOT_FOUND)
        return out;
    return error{WP_TEMPFAIL, "DNS does not answer"};
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
    maker_ = std::make_unique<provisioning::provisioner>(settings_, cache, admin, dns_, *journal_);
    requests_ = std::make_unique<provisioning::domain_requests>(
        request_settings_, *maker_,
        [&names](const std::string& domain) { return mail_hosts(names, domain); },
        std::move(worker));
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
