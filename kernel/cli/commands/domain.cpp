// SPDX-License-Identifier: Apache-2.0
// waypost domain add|list|show|set|remove
#include "cli/attributes.hpp"
#include "cli/commands/commands.hpp"

namespace waypost::kernel::cli {
namespace {

struct words {
    std::string domain;
    std::vector<std::string> changes;
};

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
    add->callback([&with, said] {
        with_changes(with, *said, "domain.add", "added the domain " + said->domain);
    });

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
