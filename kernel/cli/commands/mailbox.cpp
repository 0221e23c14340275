// SPDX-License-Identifier: Apache-2.0
// waypost mailbox list [ACCOUNT]
#include "cli/commands/commands.hpp"

namespace waypost::kernel::cli {

void add_mailbox_commands(CLI::App& app, session& with) {
    auto* group =
        app.add_subcommand("mailbox", "Mailboxes in the message store")->require_subcommand(1);
    const auto account = std::make_shared<std::string>();
    auto* list = group->add_subcommand("list", "Mailboxes of an account, or all");
    list->add_option("ACCOUNT", *account, "Only this account, ann@example.com");
    list->callback([&with, account] {
        const json args = account->empty() ? json::object() : json{{"account", *account}};
        show_list(with, "mailbox.list", args,
                  {{"ACCOUNT", "account"},
                   {"MAILBOX", "mailbox"},
                   {"MESSAGES", "messages"},
                   {"UNSEEN", "unseen"},
                   {"BYTES", "bytes"},
                   {"NEXT UID", "uid_next"}},
                  "there are no mailboxes");
    });
}

} // namespace waypost::kernel::cli
