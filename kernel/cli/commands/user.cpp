// SPDX-License-Identifier: Apache-2.0
// waypost user add|list|show|set|remove|passwd
#include "cli/attributes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/password.hpp"

#include <cstring>

namespace waypost::kernel::cli {
namespace {

struct words {
    std::string user;
    std::string domain;
    std::vector<std::string> changes;
    bool password_stdin = false;
    bool no_password = false;
};

void send_password(session& with, const words& said, const std::string& call, json args,
                   const std::string& done) {
    if (!said.no_password) {
        auto password = ask_password(said.password_stdin, *with.err);
        if (!password) {
            return refuse(with, password.failure());
        }
        args["password"] = *password;
        ::explicit_bzero(password->data(), password->size());
    }
    change(with, call, args, done);
    if (args.contains("password")) {
        auto& held = args["password"].get_ref<std::string&>();
        ::explicit_bzero(held.data(), held.size());
    }
}

void add_changing(CLI::App& group, session& with, const std::shared_ptr<words>& said) {
    auto* add = group.add_subcommand("add", "Adds a user; asks for the password");
    add->add_option("USER", said->user, "Address, ann@example.com")->required();
    add->add_option("CHANGES", said->changes, "Attributes, NAME=VALUE");
    auto* from_stdin =
        add->add_flag("--password-stdin", said->password_stdin, "First line of standard input");
    add->add_flag("--no-password", said->no_password, "Without a password: receives, cannot log in")
        ->excludes(from_stdin);
    add->callback([&with, said] {
        auto attributes = parse_attributes(said->changes);
        if (!attributes) {
            return refuse(with, attributes.failure());
        }
        send_password(with, *said, "user.add", {{"user", said->user}, {"attributes", *attributes}},
                      "added the user " + said->user);
    });

    auto* set = group.add_subcommand("set", "Changes attributes of a user");
    set->add_option("USER", said->user, "Address")->required();
    set->add_option("CHANGES", said->changes,
                    "NAME=VALUE, NAME+=VALUE, NAME-=VALUE, NAME= to remove")
        ->required();
    set->callback([&with, said] {
        auto attributes = parse_attributes(said->changes);
        if (!attributes) {
            return refuse(with, attributes.failure());
        }
        change(with, "user.set", {{"user", said->user}, {"attributes", *attributes}},
               "changed the user " + said->user);
    });

    auto* passwd = group.add_subcommand("passwd", "Sets the password of a user");
    passwd->add_option("USER", said->user, "Address")->required();
    passwd->add_flag("--password-stdin", said->password_stdin, "First line of standard input");
    passwd->callback([&with, said] {
        send_password(with, *said, "user.passwd", {{"user", said->user}},
                      "set the password of " + said->user);
    });
}

} // namespace

void add_user_commands(CLI::App& app, session& with) {
    auto* group = app.add_subcommand("user", "Users")->require_subcommand(1);
    const auto said = std::make_shared<words>();
    add_changing(*group, with, said);

    auto* list = group->add_subcommand("list", "Users of a domain, or all");
    list->add_option("DOMAIN", said->domain, "Only this domain");
    list->callback([&with, said] {
        const json args = said->domain.empty() ? json::object() : json{{"domain", said->domain}};
        show_list(with, "user.list", args,
                  {{"USER", "user"}, {"STATE", "state"}, {"NAME", "name"}, {"QUOTA", "quota"}},
                  "there are no users; `waypost user add ann@example.com` adds one");
    });

    auto* show = group->add_subcommand("show", "One user");
    show->add_option("USER", said->user, "Address")->required();
    show->callback([&with, said] { show_one(with, "user.show", {{"user", said->user}}); });

    auto* remove = group->add_subcommand("remove", "Removes a user");
    remove->add_option("USER", said->user, "Address")->required();
    remove->callback([&with, said] {
        change(with, "user.remove", {{"user", said->user}}, "removed the user " + said->user);
    });
}

} // namespace waypost::kernel::cli
