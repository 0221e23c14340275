// SPDX-License-Identifier: Apache-2.0
#include "watcher.hpp"

#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

namespace waypost::routes_mx {
namespace {

constexpr auto patience = std::chrono::seconds(5); // for one answer

bool is_below(std::string_view name, std::string_view zone) {
    return name == zone || (name.size() > zone.size() && name.ends_with(zone) &&
                            name[name.size() - zone.size() - 1] == '.');
}

} // namespace

watcher::watcher(settings with, const wp_host* host, const wp_host_resolver* names, logger log,
                 std::function<void()> changed)
    : settings_(std::move(with)), host_(host), names_(names), log_(log),
      changed_(std::move(changed)) {
    std::ifstream in(settings_.file);
    known_ = decode(std::string(std::istreambuf_iterator<char>(in), {}));
}

void watcher::start() {
    thread_ = std::thread([this] { run(); });
}

void watcher::stop() {
    stopping_ = true;
    {
        const std::lock_guard lock(mutex_); // nobody is between looking and waiting
    }
    moved_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

std::vector<row> watcher::rows() const {
    const std::lock_guard lock(mutex_);
    return rows_of(known_, settings_.hosts, settings_.primary_hop);
}

void watcher::run() {
    while (!stopping_) {
        look();
        std::unique_lock lock(mutex_);
        moved_.wait_for(lock, settings_.interval, [&] { return stopping_.load(); });
    }
}

void watcher::look() {
    table found;
    const auto stay = [&](auto belongs) {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, all] : known_)
            if (belongs(name))
                found.try_emplace(name, all);
    };
    for (const auto& zone : settings_.zones)
        if (!look_at_zone(zone, found))
            stay([&](const auto& name) { return is_below(name, zone); });
    for (const auto& domain : settings_.domains)
        if (!look_at_domain(domain, found))
            stay([&](const auto& name) { return name == domain; });
    if (stopping_)
        return;
    {
        const std::lock_guard lock(mutex_);
        if (found == known_)
            return;
        known_ = found;
    }
    keep(found);
    log_.info("mail exchangers have changed", {{"domains", std::to_string(found.size())}});
    changed_();
}

bool watcher::look_at_zone(const std::string& zone, table& into) {
    auto found = transfer(settings_.source, zone, stopping_);
    if (!found) {
        log_.warning(found.failure().text);
        return false;
    }
    into.merge(*found);
    return true;
}

bool watcher::look_at_domain(const std::string& domain, table& into) {
    std::promise<wp_status> promise;
    auto future = promise.get_future();
    const wp_done done{[](void* ctx, wp_status status, const wp_error*) {
                           static_cast<std::promise<wp_status>*>(ctx)->set_value(status);
                       },
                       &promise};
    const auto until = std::chrono::system_clock::now() + patience;
    const wp_answer* answer = nullptr;
    auto why = empty_error();
    auto status = names_->resolve(
        host_, to_abi(domain), to_abi("MX"),
        std::chrono::duration_cast<std::chrono::nanoseconds>(until.time_since_epoch()).count(),
        &answer, &why, done);
    if (status == WP_PENDING)
        status = future.get();
    bool known = status == WP_OK || status == WP_NOT_FOUND;
    if (status == WP_OK && answer != nullptr) {
        known = answer->security != WP_SECURITY_BOGUS;
        for (std::uint64_t i = 0; known && i < answer->record_count; ++i)
            if (auto one = parse_exchanger(view(element(answer->records, i).data)))
                into[domain].push_back(*std::move(one));
    }
    if (answer != nullptr)
        names_->release(host_, answer);
    return known;
}

/// Whole or not at all.
void watcher::keep(const table& found) const {
    const auto next = settings_.file + ".new";
    {
        std::ofstream out(next, std::ios::trunc);
        out << encode(found);
        out.flush();
        if (!out) {
            log_.warning("what was found is not kept: " + next + " cannot be written");
            return;
        }
    }
    std::error_code failed;
    std::filesystem::rename(next, settings_.file, failed);
    if (failed)
        log_.warning("what was found is not kept: " + failed.message());
}

} // namespace waypost::routes_mx
