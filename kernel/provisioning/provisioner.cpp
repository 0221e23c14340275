// SPDX-License-Identifier: Apache-2.0
#include "provisioning/provisioner.hpp"

#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::provisioning {
namespace {

constexpr auto first_read_pause = std::chrono::seconds(1);

bool is_going(progress state) noexcept {
    return state == progress::removing || state == progress::withdrawing;
}

} // namespace

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
    if (*known && is_going((*known)->state))
        return error{WP_BUSY, fmt::format("{} is being removed", *name)};
    if (!begun && exists(*name) && from != origin::directory)
        return error{WP_EXISTS, *name + " exists already; `show` prints it, `set` changes it"};
    domain_record one;
    if (begun) {
        one = **std::move(known);
        if (from != origin::directory && !exists(*name))
            one.state = progress::planned; // its entries went after they were made
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
        auto seen = look_outside(records);
        if (!seen)
            return seen.failure();
        out.sets = *std::move(seen);
        return out;
    }
    out.zone = (*place)->zone;
    auto sets = dns_.look(**place, records);
    if (!sets)
        return sets.failure();
    out.sets = *std::move(sets);
    return out;
}

result<std::string> provisioner::zone_of(const std::string& domain) const {
    auto place = dns_.place_of(domain);
    if (!place)
        return place.failure();
    return *place ? (*place)->zone : std::string();
}

result<directory::written> provisioner::remove(const std::string& domain) {
    const auto name = fold_domain(domain);
    const claim mine(*this, name);
    auto known = journal_.get(name);
    if (!known)
        return known.failure();
    if (!*known)
        return exists(name) ? admin_.remove_domain(name)
                            : result<directory::written>(
                                  error{WP_NOT_FOUND, fmt::format("domain {} is not known", name)});
    auto& one = **known;
    if (one.state != progress::withdrawing)
        one.state = progress::removing;
    // Recorded first: a crash from here on is resumed.
    if (auto kept = journal_.put(one); !kept)
        return kept.failure();
    return take_down(one);
}

result<domain_report> provisioner::check(const std::string& domain, bool repair) {
    const auto name = fold_domain(domain);
    if (repair) {
        const claim mine(*this, name);
        auto known = journal_.get(name);
        if (!known)
            return known.failure();
        domain_record one;
        if (*known)
            one = **std::move(known);
        one.domain = name;
        if (is_going(one.state)) {
            if (auto gone = go_on(one); !gone)
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

void provisioner::propose(const std::string& domain, const std::string& asked_by) {
    const claim mine(*this, domain);
    auto all = journal_.all();
    if (!all)
        return settings_.log(WP_LOG_ERROR, all.failure().text);
    std::size_t waiting = 0;
    for (const auto& known : *all) {
        if (known.domain == domain)
            return;
        waiting += known.state == progress::proposed ? 1 : 0;
    }
    if (waiting >= settings_.most_proposals)
        return;
    domain_record one;
    one.domain = domain;
    one.state = progress::proposed;
    one.from = origin::message;
    one.asked_by = asked_by;
    one.created_ns = settings_.now_ns();
    if (auto kept = journal_.put(one); !kept)
        return settings_.log(WP_LOG_ERROR, kept.failure().text);
    settings_.log(
        WP_LOG_NOTICE,
        fmt::format("domain {} is proposed by a message ({}); `waypost domain approve {}` "
                    "or `reject`",
                    domain, asked_by, domain));
    if (waiting + 1 == settings_.most_proposals)
        settings_.log(WP_LOG_WARNING, "no more domains are proposed until some of these are "
                                      "approved or rejected");
}

result<domain_record> provisioner::approve(const std::string& domain,
                                           const attribute_list& wanted) {
    const auto name = fold_domain(domain);
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
    return add(name, wanted, origin::message, asked_by);
}

result<void> provisioner::reject(const std::string& domain) {
    const auto name = fold_domain(domain);
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
        const bool complete = cache_.is_complete();
        const bool every = all_changed_ && complete;
        const bool retry = complete && now >= next_retry;
        if (!every && !retry && (changed_.empty() || !complete)) {
            moved_.wait_until(lock, complete ? next_retry : now + first_read_pause);
            continue;
        }
        const auto named = complete ? std::exchange(changed_, {}) : std::set<std::string>();
        all_changed_ = all_changed_ && !every;
        lock.unlock();
        for (const auto& name : named)
            reconcile(name, true);
        if (every)
            for (const auto& name : all_names())
                reconcile(name, false);
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

void provisioner::reconcile(const std::string& domain, bool is_named) {
    const auto known = journal_.get(domain);
    if (!known)
        return;
    if (!exists(domain)) {
        if (*known)
            has_left(domain, is_named);
        return;
    }
    if (*known && (*known)->state == progress::withdrawing) {
        resume(**known);
        return;
    }
    if (*known || !settings_.from_directory || dns_.empty())
        return;
    if (auto made = add(domain, {}, origin::directory, {}); !made)
        settings_.log(WP_LOG_WARNING, fmt::format("domain {}: {}", domain, made.failure().text));
}

void provisioner::has_left(const std::string& domain, bool is_named) {
    const claim mine(*this, domain);
    auto known = journal_.get(domain);
    if (!known || !*known || exists(domain))
        return;
    auto& one = **known;
    if (one.state != progress::tables && one.state != progress::verified)
        return;
    result<void> done;
    if (is_named) {
        one.state = progress::withdrawing;
        done = journal_.put(one);
        if (done)
            done = withdraw(one);
    } else {
        // A directory that came back with less is no order to withdraw: check_tables says why.
        one.state = progress::dns;
        done = advance(one);
    }
    settings_.log(done ? WP_LOG_NOTICE : WP_LOG_WARNING,
                  fmt::format("domain {} left the directory: {}", domain,
                              done ? "its records were withdrawn" : done.failure().text));
}

void provisioner::resume(const domain_record& listed) {
    const claim mine(*this, listed.domain);
    auto now = journal_.get(listed.domain);
    if (!now || !*now || (*now)->state != listed.state)
        return;
    auto done = go_on(**now);
    if (!done && done.failure().text != listed.problem)
        settings_.log(WP_LOG_WARNING,
                      fmt::format("domain {}: {}", listed.domain, done.failure().text));
}

void provisioner::resume_all() {
    auto known = journal_.all();
    if (!known)
        return settings_.log(WP_LOG_ERROR, known.failure().text);
    for (const auto& listed : *known) {
        if (listed.state == progress::verified || listed.state >= progress::proposed)
            continue;
        resume(listed);
        {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                return;
        }
    }
}

} // namespace waypost::kernel::provisioning
