// SPDX-License-Identifier: Apache-2.0
// waypost admin add|remove: who administers a domain
#include "cli/commands/commands.hpp"

namespace waypost::kernel::cli {
namespace {

struct words {
    std::string domain;
    std::string user;
};

void add_command(CLI::App& group, session& with, const char* name, const char* help,
                 const std::string& done) {
    const auto said = std::make_shared<words>();
    auto* command = group.add_subcommand(name, help);
    command->add_option("DOMAIN", said->domain, "Domain")->required();
    command->add_option("USER", said->user, "Address of the administrator")->required();
    command->callback([&with, said, done, call = std::string("admin.") + name] {
        change(with, call, {{"domain", said->domain}, {"user", said->user}},
               said->user + done + said->domain);
    });
}

} // namespace

void add_admin_commands(CLI::App& app, session& with) {
    auto* group = app.add_subcommand("admin", "Administrators of domains")->require_subcommand(1);
    add_command(*group, with, "add", "An account of any domain administers this one",
                " administers ");
    add_command(*group, with, "remove", "It does so no more", " no longer administers ");
}

} // namespace waypost::kernel::cli
