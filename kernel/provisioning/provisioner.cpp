// SPDX-License-Identifier: Apache-2.0
#include "provisioning/provisioner.hpp"

#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/abi/host.h>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::provisioning {

class provisioner::claim {
public:
    claim(provisioner& of, std::string domain) : of_(of), domain_(std::move(domain)) {
        std::unique_lock lock(of_.mutex_);
        of_.moved_.wait(lock, [&] { return of_.claimed_.insert(domain_).second; });
    }
    ~claim() {
        {
            const std::lock_guard lock(of_.mutex_);
            of_.claimed_.erase(domain_);
        }
        of_.moved_.notify_all();
    }
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;

private:
    provisioner& of_;
    std::string domain_;
};

provisioner::provisioner(provisioning_settings with, const directory::cache& cache,
                         directory::admin& admin, dns_part& dns, journal& records)
    : settings_(std::move(with)), cache_(cache), admin_(admin), dns_(dns), journal_(records) {}

// --- what operators and messages ask for ---

result<domain_record> provisioner::add(const std::string& domain, const attribute_list& wanted,
                                       origin from, const std::string& asked_by) {
    auto name = directory::check_domain_name(domain);
    if (!name)
        return name.failure();
    const claim mine(*this, *name);
    auto known = journal_.get(*name);
    if (!known)
        return known.failure();
    const bool begun = *known && (*known)->state < progress::verified;
    if (*known && !begun && (*known)->state == progress::removing)
        return error{WP_BUSY, fmt::format("{} is being removed", *name)};
    if (!begun && exists(*name) && from != origin::directory)
        return error{WP_EXISTS, *name + " exists already; `show` prints it, `set` changes it"};
    domain_record one;
    if (begun) {
        one = **std::move(known);
    } else {
        one.domain = *name;
        one.from = from;
        one.asked_by = asked_by;
        one.wanted = wanted;
        one.created_ns = settings_.now_ns();
        one.state = from == origin::directory ? progress::entries : progress::planned;
    }
    if (auto kept = journal_.put(one); !kept)
        return kept.failure();
    auto done = advance(one);
    if (!done && one.state == progress::planned) {
        // Nothing stands yet that could be mended later: the caller hears it now.
        if (one.entries.empty())
            if (auto gone = journal_.erase(*name); !gone)
                return gone.failure();
        return done.failure();
    }
    settings_.log(done ? WP_LOG_NOTICE : WP_LOG_WARNING,
                  fmt::format("domain {} by {}{}: {}{}", one.domain, name_of(one.from),
                              one.asked_by.empty() ? "" : " " + one.asked_by, name_of(one.state),
                              one.problem.empty() ? "" : "; " + one.problem));
    return one;
}

result<domain_report> provisioner::plan(const std::string& domain,
                                        const attribute_list& wanted) const {
    auto name = directory::check_domain_name(domain);
    if (!name)
        return name.failure();
    domain_report out;
    out.record.domain = *name;
    out.record.wanted = wanted;
    out.in_tables = exists(*name);
    auto missing = admin_.missing_entries(*name, {});
    if (!missing)
        return missing.failure();
    out.new_entries = *std::move(missing);
    const auto records = wanted_records(*name);
    auto place = dns_.place_of(*name);
    if (!place)
        return place.failure();
    if (!*place) {
        out.record.to_publish = records;
        return out;
    }
    out.zone = (*place)->zone;
    auto sets = dns_.look(**place, records);
    if (!sets)
        return sets.failure();
    out.sets = *std::move(sets);
    return out;
}

result<directory::written> provisioner::remove(const std::string& domain) {
    const auto name = directory::fold_domain(domain);
    const claim mine(*this, name);
    auto known = journal_.get(name);
    if (!known)
        return known.failure();
    directory::written out;
    if (exists(name)) {
        auto removed = admin_.remove_domain(name);
        if (!removed)
            return removed.failure();
        out = *std::move(removed);
    } else if (!*known) {
        return error{WP_NOT_FOUND, fmt::format("domain {} is not known", name)};
    }
    if (!*known)
        return out;
    auto& one = **known;
    one.state = progress::removing;
    if (auto kept = journal_.put(one); !kept)
        return kept.failure();
    if (auto gone = withdraw(one); !gone)
        return error{gone.failure().status,
                     fmt::format("{} is gone from the directory; its DNS records are withdrawn "
                                 "later: {}",
                                 name, gone.failure().text)};
    return out;
}

result<domain_report> provisioner::check(const std::string& domain, bool repair) {
    const auto name = directory::fold_domain(domain);
    if (repair) {
        const claim mine(*this, name);
        auto known = journal_.get(name);
        if (!known)
            return known.failure();
        domain_record one;
        if (*known)
            one = **std::move(known);
        one.domain = name;
        if (one.state == progress::removing) {
            if (auto gone = withdraw(one); !gone)
                return gone.failure();
        } else if (exists(name)) {
            one.state = progress::entries;
            if (auto done = advance(one); !done && done.failure().status != WP_CONFLICT)
                return done.failure();
        }
    }
    auto out = plan(name, {});
    if (!out)
        return out;
    auto known = journal_.get(name);
    if (!known)
        return known.failure();
    if (!*known && !out->in_tables)
        return error{WP_NOT_FOUND, fmt::format("domain {} is not known", name)};
    if (*known)
        out->record = **std::move(known);
    return out;
}

result<void> provisioner::propose(const std::string& domain, const std::string& asked_by) {
    const claim mine(*this, domain);
    auto known = journal_.get(domain);
    if (!known)
        return known.failure();
    if (*known)
        return {};
    domain_record one;
    one.domain = domain;
    one.state = progress::proposed;
    one.from = origin::message;
    one.asked_by = asked_by;
    one.created_ns = settings_.now_ns();
    settings_.log(
        WP_LOG_NOTICE,
        fmt::format("domain {} is proposed by a message ({}); `waypost domain approve {}` "
                    "or `reject`",
                    domain, asked_by, domain));
    return journal_.put(one);
}

result<domain_record> provisioner::approve(const std::string& domain) {
    const auto name = directory::fold_domain(domain);
    std::string asked_by;
    {
        const claim mine(*this, name);
        auto known = journal_.get(name);
        if (!known)
            return known.failure();
        if (!*known ||
            ((*known)->state != progress::proposed && (*known)->state != progress::rejected))
            return error{WP_NOT_FOUND, fmt::format("nobody proposed domain {}", name)};
        asked_by = (*known)->asked_by;
        if (auto gone = journal_.erase(name); !gone)
            return gone.failure();
    }
    return add(name, {}, origin::message, asked_by);
}

result<void> provisioner::reject(const std::string& domain) {
    const auto name = directory::fold_domain(domain);
    const claim mine(*this, name);
    auto known = journal_.get(name);
    if (!known)
        return known.failure();
    if (!*known || (*known)->state != progress::proposed)
        return error{WP_NOT_FOUND, fmt::format("nobody proposed domain {}", name)};
    (*known)->state = progress::rejected;
    return journal_.put(**known);
}

// --- what the directory brings ---

void provisioner::start() {
    all_changed_ = true;
    thread_ = std::thread([this] { run(); });
}

void provisioner::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    moved_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void provisioner::domains_changed(const std::set<std::string>& names) {
    {
        const std::lock_guard lock(mutex_);
        all_changed_ = all_changed_ || names.empty();
        changed_.insert(names.begin(), names.end());
    }
    moved_.notify_all();
}

void provisioner::run() {
    auto next_retry = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto now = std::chrono::steady_clock::now();
        const bool every = all_changed_ && cache_.is_complete();
        const bool retry = now >= next_retry;
        auto names = std::exchange(changed_, {});
        if (!every && !retry && names.empty()) {
            moved_.wait_until(lock, next_retry);
            continue;
        }
        all_changed_ = all_changed_ && !every;
        lock.unlock();
        if (every)
            for (auto& name : all_names())
                names.insert(std::move(name));
        if (cache_.is_complete())
            for (const auto& name : names)
                reconcile(name);
        if (retry) {
            resume_all();
            next_retry = std::chrono::steady_clock::now() + settings_.retry;
        }
        lock.lock();
    }
}

std::vector<std::string> provisioner::all_names() const {
    std::vector<std::string> out;
    cache_.read().domains({}, [&](const directory::domain_view& one) {
        out.emplace_back(one.name());
        return true;
    });
    if (auto known = journal_.all())
        for (auto& one : *known)
            out.push_back(std::move(one.domain));
    return out;
}

void provisioner::reconcile(const std::string& domain) {
    auto known = journal_.get(domain);
    if (!known)
        return;
    const bool here = exists(domain);
    if (here && !*known && settings_.from_directory && !dns_.empty()) {
        if (auto made = add(domain, {}, origin::directory, {}); !made)
            settings_.log(WP_LOG_WARNING,
                          fmt::format("domain {}: {}", domain, made.failure().text));
        return;
    }
    if (here || !*known)
        return;
    const claim mine(*this, domain);
    known = journal_.get(domain);
    if (!known || !*known || exists(domain) || (*known)->state < progress::tables ||
        (*known)->state >= progress::proposed)
        return;
    (*known)->state = progress::removing;
    auto kept = journal_.put(**known);
    if (kept)
        kept = withdraw(**known);
    settings_.log(kept ? WP_LOG_NOTICE : WP_LOG_WARNING,
                  fmt::format("domain {} left the directory: {}", domain,
                              kept ? "its records were withdrawn" : kept.failure().text));
}

void provisioner::resume_all() {
    auto known = journal_.all();
    if (!known)
        return settings_.log(WP_LOG_ERROR, known.failure().text);
    for (const auto& listed : *known) {
        if (listed.state == progress::verified || listed.state >= progress::proposed)
            continue;
        const claim mine(*this, listed.domain);
        auto now = journal_.get(listed.domain);
        if (!now || !*now || (*now)->state != listed.state)
            continue;
        auto done = listed.state == progress::removing ? withdraw(**now) : advance(**now);
        if (!done && done.failure().text != listed.problem)
            settings_.log(WP_LOG_WARNING,
                          fmt::format("domain {}: {}", listed.domain, done.failure().text));
        {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                return;
        }
    }
}

} // namespace waypost::kernel::provisioning
