// SPDX-License-Identifier: Apache-2.0
// waypost domain add|list|show|set|remove|check|progress|approve|reject|token
#include "cli/attributes.hpp"
#include "cli/commands/commands.hpp"

#include <ostream>

namespace waypost::kernel::cli {
namespace {

struct words {
    std::string domain;
    std::vector<std::string> changes;
    bool dry_run = false;
    bool repair = false;
};

void print_records(std::ostream& out, const json& records, std::string_view sign) {
    for (const auto& one : records)
        out << "  " << sign << ' ' << harmless(one.value("owner", "")) << ". "
            << one.value("ttl", 0) << ' ' << harmless(one.value("type", "")) << ' '
            << harmless(one.value("data", "")) << '\n';
}

void print_plan(session& with, const json& plan) {
    auto& out = *with.out;
    out << "entries to add:" << (plan["new_entries"].empty() ? " none" : "") << '\n';
    for (const auto& dn : plan["new_entries"])
        out << "  + " << harmless(dn.get<std::string>()) << '\n';
    const auto zone = plan.value("zone", "");
    constexpr auto yours = "DNS records to publish yourself (no updater may change that zone):\n";
    if (!zone.empty())
        out << "DNS records in zone " << harmless(zone) << ":\n";
    else if (!plan["sets"].empty())
        out << yours;
    for (const auto& set : plan["sets"]) {
        const auto found = set.value("found", "");
        print_records(out, set["wanted"], found == "absent" ? "+" : found == "right" ? "=" : "!");
        if (found == "other")
            out << "    there is " << cell(set["present"]) << ", which is not ours to change\n";
    }
    const auto& publish = plan["record"]["to_publish"];
    if (publish.empty() || !plan["sets"].empty())
        return;
    out << yours; // and no resolver to look whether they are there
    print_records(out, publish, "+");
}

void print_progress(session& with, const json& record, const std::string& done) {
    auto& out = *with.out;
    const auto problem = record.value("problem", "");
    out << done << (problem.empty() ? "" : "; not finished: " + harmless(problem)) << '\n';
    const auto publish = record.value("to_publish", json::array());
    if (!publish.empty())
        out << "publish these DNS records (no updater may change that zone):\n";
    print_records(out, publish, " ");
}

void run_add(session& with, const words& said) {
    auto attributes = parse_attributes(said.changes);
    if (!attributes) {
        return refuse(with, attributes.failure());
    }
    answer got;
    if (!with.get(said.dry_run ? "domain.plan" : "domain.add",
                  {{"domain", said.domain}, {"attributes", *attributes}}, got)) {
        return;
    }
    if (with.as_json) {
        print_json(*with.out, got.result);
    } else if (said.dry_run) {
        print_plan(with, got.result);
    } else {
        print_progress(with, got.result, "added the domain " + said.domain);
    }
}

void run_check(session& with, const words& said) {
    answer got;
    if (!with.get("domain.check", {{"domain", said.domain}, {"repair", said.repair}}, got)) {
        return;
    }
    const bool drift = got.result.value("drift", false);
    with.exit_code = drift ? exit_refused : exit_done;
    if (with.as_json) {
        return print_json(*with.out, got.result);
    }
    print_plan(with, got.result);
    *with.out << (drift ? "not as it should be" : "as it should be") << '\n';
}

void run_token(session& with, const words& said) {
    answer got;
    if (!with.get("domain.token", {{"domain", said.domain}}, got)) {
        return;
    }
    if (with.as_json) {
        return print_json(*with.out, got.result);
    }
    *with.out << harmless(got.result.value("name", "")) << ". TXT \""
              << harmless(got.result.value("token", "")) << "\"\n";
}

void with_changes(session& with, const words& said, const std::string& call,
                  const std::string& done) {
    auto attributes = parse_attributes(said.changes);
    if (!attributes) {
        return refuse(with, attributes.failure());
    }
    change(with, call, {{"domain", said.domain}, {"attributes", *attributes}}, done);
}

} // namespace

void add_domain_commands(CLI::App& app, session& with) {
    auto* group = app.add_subcommand("domain", "Mail domains")->require_subcommand(1);
    const auto said = std::make_shared<words>();

    auto* add = group->add_subcommand("add", "Adds a domain");
    add->add_option("DOMAIN", said->domain, "Its name")->required();
    add->add_option("CHANGES", said->changes, "Attributes, NAME=VALUE");
    add->add_flag("--dry-run", said->dry_run, "Only shows what would be written");
    add->callback([&with, said] { run_add(with, *said); });

    auto* check = group->add_subcommand("check", "Compares a domain's DNS records with its plan");
    check->add_option("DOMAIN", said->domain, "Its name")->required();
    check->add_flag("--repair", said->repair, "Adds what is missing");
    check->callback([&with, said] { run_check(with, *said); });

    group->add_subcommand("progress", "How far the making of each domain is")->callback([&with] {
        show_list(with, "domain.progress", json::object(),
                  {{"DOMAIN", "domain"},
                   {"STATE", "state"},
                   {"BY", "origin"},
                   {"ASKED BY", "asked_by"},
                   {"PROBLEM", "problem"}},
                  "no domain was made yet");
    });
    auto* approve = group->add_subcommand("approve", "Makes a domain that a message proposed");
    approve->add_option("DOMAIN", said->domain, "Its name")->required();
    approve->callback([&with, said] {
        change(with, "domain.approve", {{"domain", said->domain}},
               "added the domain " + said->domain);
    });
    auto* reject = group->add_subcommand("reject", "Never makes a domain that a message proposed");
    reject->add_option("DOMAIN", said->domain, "Its name")->required();
    reject->callback([&with, said] {
        change(with, "domain.reject", {{"domain", said->domain}},
               "rejected the domain " + said->domain);
    });

    auto* token = group->add_subcommand("token", "The DNS record that proves who owns a domain");
    token->add_option("DOMAIN", said->domain, "Its name")->required();
    token->callback([&with, said] { run_token(with, *said); });

    group->add_subcommand("list", "All domains")->callback([&with] {
        show_list(with, "domain.list", json::object(),
                  {{"DOMAIN", "domain"},
                   {"STATE", "state"},
                   {"ALIAS OF", "alias_of"},
                   {"USERS", "users"}},
                  "there are no domains; `waypost domain add example.com` adds one");
    });

    auto* show = group->add_subcommand("show", "One domain");
    show->add_option("DOMAIN", said->domain, "Its name")->required();
    show->callback([&with, said] { show_one(with, "domain.show", {{"domain", said->domain}}); });

    auto* set = group->add_subcommand("set", "Changes attributes of a domain");
    set->add_option("DOMAIN", said->domain, "Its name")->required();
    set->add_option("CHANGES", said->changes,
                    "NAME=VALUE, NAME+=VALUE, NAME-=VALUE, NAME= to remove")
        ->required();
    set->callback([&with, said] {
        with_changes(with, *said, "domain.set", "changed the domain " + said->domain);
    });

    auto* remove = group->add_subcommand("remove", "Removes a domain that has no users");
    remove->add_option("DOMAIN", said->domain, "Its name")->required();
    remove->callback([&with, said] {
        change(with, "domain.remove", {{"domain", said->domain}},
               "removed the domain " + said->domain);
    });
}

} // namespace waypost::kernel::cli
