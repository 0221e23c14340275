// SPDX-License-Identifier: Apache-2.0
// New domains (R7): planned -> entries -> DNS -> tables -> verified. Each step is recorded before
// and after it is done and may be repeated, so a crash anywhere is resumed; `remove` is the way
// back. Started by a command, by the directory, or by a message (requests.hpp).
#pragma once

#include "directory/admin.hpp"
#include "provisioning/dns.hpp"
#include "provisioning/journal.hpp"
#include "provisioning/public_dns.hpp"
#include "provisioning/records_template.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace waypost::kernel::provisioning {

struct provisioning_settings {
    std::vector<record_template> records;
    std::string hostname;
    std::uint32_t ttl_seconds = 3600;
    bool from_directory = true; ///< a domain entry that somebody else made gets its records, too
    bool create_zones = false;
    std::size_t most_proposals = 1000;      ///< that wait for an operator
    std::chrono::milliseconds retry{60000}; ///< of what could not be done
    public_lookup look_up;                  ///< of records in zones that we may not change
    std::function<void(std::int32_t level, std::string_view text)> log;
    std::function<std::int64_t()> now_ns; ///< Unix time
};

/// What `domain add --dry-run` shows and `domain check` finds.
struct domain_report {
    domain_record record;
    std::string zone;                     ///< empty: none that we may change
    std::vector<std::string> new_entries; ///< DNs that would be written
    std::vector<set_report> sets; ///< of the records there; without a zone: as everybody sees them
    bool in_tables = false;
};

/// Thread-safe. Calls block: directory and DNS are asked on the caller's thread.
class provisioner {
public:
    provisioner(provisioning_settings with, const directory::cache& cache, directory::admin& admin,
                dns_part& dns, journal& records);
    ~provisioner() { stop(); }

    /// Resumes what was not finished, then follows the directory, on a thread of its own.
    void start();
    void stop();

    /// Every step up to the first that cannot be done now; that one is told in `problem` and tried
    /// again later. An error: nothing was begun, or the directory refused.
    result<domain_record> add(const std::string& domain, const attribute_list& wanted, origin from,
                              const std::string& asked_by);
    /// Nothing is changed.
    result<domain_report> plan(const std::string& domain, const attribute_list& wanted) const;
    /// The zone that we may change for this name; empty: none.
    result<std::string> zone_of(const std::string& domain) const;
    /// Undoes what was done; what others use stays. WP_CONFLICT while there are users.
    result<directory::written> remove(const std::string& domain);
    /// What differs now from what should be. `repair`: missing records are added again.
    result<domain_report> check(const std::string& domain, bool repair);

    result<std::vector<domain_record>> all() const { return journal_.all(); }
    /// Nothing happens to one that is known, and to any while most_proposals wait.
    void propose(const std::string& domain, const std::string& asked_by);
    result<domain_record> approve(const std::string& domain, const attribute_list& wanted = {});
    result<void> reject(const std::string& domain);
    result<std::optional<domain_record>> find(const std::string& domain) const {
        return journal_.get(domain);
    }

    /// Told by the cache: these domains may have come, changed or gone; empty: any. Returns at
    /// once.
    void domains_changed(const std::set<std::string>& names);

private:
    /// One operation at a time on a domain.
    class claim;

    result<void> advance(domain_record& one);
    result<void> make_entries(domain_record& one);
    result<void> make_records(domain_record& one);
    result<void> check_tables(domain_record& one);
    result<void> verify(domain_record& one);
    /// Nothing: there is no resolver, so nobody can look.
    result<std::vector<set_report>> look_outside(const std::vector<dns_record>& wanted) const;
    /// From `removing` to the end. WP_CONFLICT: it has users, and stands again.
    result<directory::written> take_down(domain_record& one);
    result<void> withdraw(domain_record& one);
    /// The next steps of a record in any state that has some.
    result<void> go_on(domain_record& one);
    result<std::optional<zone_place>> zone_for(domain_record& one);
    std::vector<dns_record> wanted_records(const std::string& domain) const;
    bool exists(const std::string& domain) const;

    void run();
    void resume(const domain_record& listed);
    void resume_all();
    /// `is_named`: the directory told of this domain; otherwise everything was read anew.
    void reconcile(const std::string& domain, bool is_named);
    void has_left(const std::string& domain, bool is_named);
    std::vector<std::string> all_names() const;

    const provisioning_settings settings_;
    const directory::cache& cache_;
    directory::admin& admin_;
    dns_part& dns_;
    journal& journal_;

    std::mutex mutex_;
    std::condition_variable moved_;
    std::set<std::string> claimed_;
    std::set<std::string> changed_;
    bool all_changed_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace waypost::kernel::provisioning
