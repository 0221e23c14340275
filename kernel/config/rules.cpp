// SPDX-License-Identifier: Apache-2.0
// Rules over complete values, after the schema's checks.
#include "config/rules.hpp"

#include "config/nearest.hpp"
#include "config/schema.hpp"
#include "config/units.hpp"

#include <fmt/format.h>

namespace waypost::kernel::config {
namespace {

class rule_checker {
public:
    rule_checker(const settings& all, std::vector<problem>& problems)
        : all_(all), problems_(problems) {}

    void words();
    void waits(const char* key);
    void channels();
    void separator();
    void log_sizes();
    void user_and_group();

private:
    void complain(std::string_view section, std::string_view key, std::string text) {
        const auto* found = all_.section(section).find(key);
        problems_.push_back({all_.file(), found == nullptr ? position{} : found->at,
                             fmt::format("{}.{}", section, key), std::move(text)});
    }

    const settings& all_;
    std::vector<problem>& problems_;
};

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> out;
    for (std::size_t start = 0; start <= words.size();) {
        const auto end = std::min(words.find('|', start), words.size());
        out.emplace_back(words.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

void rule_checker::words() {
    for (const auto& one : choices()) {
        const auto chosen = all_.section(one.section).text(one.key);
        const auto valid = split(one.words);
        if (std::find(valid.begin(), valid.end(), chosen) != valid.end())
            continue;
        const auto near = nearest(chosen, valid);
        complain(one.section, one.key,
                 fmt::format("\"{}\" is not one of {}{}", chosen, fmt::join(valid, ", "),
                             near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
}

/// Waits that grow and stay below the lifetime.
void rule_checker::waits(const char* key) {
    const auto& transfer = all_.section("transfer");
    std::int64_t previous = 1;
    if (transfer.list(key).empty())
        complain("transfer", key, "is empty; give at least one wait, such as [\"5m\"]");
    for (const auto& text : transfer.list(key)) {
        const auto wait = parse_duration(text);
        if (!wait || *wait < previous) {
            complain(
                "transfer", key,
                wait ? fmt::format("\"{}\" is shorter than the wait before it, or nothing", text)
                     : fmt::format("\"{}\" is no duration such as \"5m\"", text));
            return;
        }
        previous = *wait;
    }
    if (previous >= transfer.integer("queue_lifetime"))
        complain("transfer", key,
                 fmt::format("the last wait is not shorter than transfer.queue_lifetime ({})",
                             format_duration(transfer.integer("queue_lifetime"))));
}

void rule_checker::channels() {
    for (const auto& text : all_.section("transfer").list("channels")) {
        const std::string_view rule = text;
        const auto equals = rule.find('=');
        if (equals == 0 || equals == std::string_view::npos || equals + 1 == rule.size() ||
            rule[equals + 1] == ':')
            complain("transfer", "channels",
                     fmt::format("\"{}\" is not pattern=channel, such as \".example.org=discard\"",
                                 text));
    }
}

void rule_checker::separator() {
    const auto text = all_.section("transfer").text("subaddress_separator");
    if (text.size() > 1 || text.find_first_of("@\" \t.<>,;:\\()[]") != std::string_view::npos)
        complain(
            "transfer", "subaddress_separator",
            fmt::format("\"{}\" cannot separate; use one character such as \"+\" or \"-\"", text));
}

void rule_checker::log_sizes() {
    const auto& log = all_.section("log");
    if (log.size("pending_size") > log.size("tail_size"))
        complain("log", "pending_size",
                 fmt::format("is larger than log.tail_size ({}); make it at most as large",
                             format_size(log.integer("tail_size"))));
}

void rule_checker::user_and_group() {
    const auto& site = all_.section("site");
    if (!site.text("group").empty() && site.text("user").empty())
        complain("site", "group", "is set and site.user is not; set both or none");
}

} // namespace

void check_rules(const settings& all, std::vector<problem>& problems) {
    rule_checker checker(all, problems);
    checker.words();
    checker.waits("retry_schedule");
    checker.waits("destination_pauses");
    checker.channels();
    checker.separator();
    checker.log_sizes();
    checker.user_and_group();
}

} // namespace waypost::kernel::config
