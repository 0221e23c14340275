// SPDX-License-Identifier: Apache-2.0
// waypost group add|list|show|set|remove|join|leave
#include "cli/attributes.hpp"
#include "cli/commands/commands.hpp"

namespace waypost::kernel::cli {
namespace {

struct words {
    std::string group;
    std::string domain;
    std::string member;
    std::vector<std::string> changes;
};

void add_changing(CLI::App& group, session& with, const char* name, const char* help,
                  const std::string& done, const std::shared_ptr<words>& said) {
    auto* command = group.add_subcommand(name, help);
    command->add_option("GROUP", said->group, "Address, team@example.com")->required();
    command->add_option("CHANGES", said->changes,
                        "NAME=VALUE, NAME+=VALUE, NAME-=VALUE, NAME= to remove");
    command->callback([&with, said, done, call = std::string("group.") + name] {
        auto attributes = parse_attributes(said->changes);
        if (!attributes) {
            return refuse(with, attributes.failure());
        }
        change(with, call, {{"group", said->group}, {"attributes", *attributes}},
               done + said->group);
    });
}

void add_membership(CLI::App& group, session& with, const char* name, const char* help,
                    const std::string& done, const std::shared_ptr<words>& said) {
    auto* command = group.add_subcommand(name, help);
    command->add_option("GROUP", said->group, "Address of the group")->required();
    command->add_option("MEMBER", said->member, "Address of the member")->required();
    command->callback([&with, said, done, call = std::string("group.") + name] {
        change(with, call, {{"group", said->group}, {"member", said->member}},
               said->member + done + said->group);
    });
}

} // namespace

void add_group_commands(CLI::App& app, session& with) {
    auto* group = app.add_subcommand("group", "Mailing lists")->require_subcommand(1);
    const auto said = std::make_shared<words>();
    add_changing(*group, with, "add", "Adds a group; `group join` adds members", "added the group ",
                 said);
    add_changing(*group, with, "set", "Changes attributes of a group", "changed the group ", said);
    add_membership(*group, with, "join", "Adds a member, of this site or of another", " joined ",
                   said);
    add_membership(*group, with, "leave", "Removes a member", " left ", said);

    auto* list = group->add_subcommand("list", "Groups of a domain, or all");
    list->add_option("DOMAIN", said->domain, "Only this domain");
    list->callback([&with, said] {
        const json args = said->domain.empty() ? json::object() : json{{"domain", said->domain}};
        show_list(with, "group.list", args,
                  {{"GROUP", "group"}, {"STATE", "state"}, {"MEMBERS", "members"}},
                  "there are no groups; `waypost group add team@example.com` adds one");
    });

    auto* show = group->add_subcommand("show", "One group");
    show->add_option("GROUP", said->group, "Address")->required();
    show->callback([&with, said] { show_one(with, "group.show", {{"group", said->group}}); });

    auto* remove = group->add_subcommand("remove", "Removes a group");
    remove->add_option("GROUP", said->group, "Address")->required();
    remove->callback([&with, said] {
        change(with, "group.remove", {{"group", said->group}}, "removed the group " + said->group);
    });
}

} // namespace waypost::kernel::cli
