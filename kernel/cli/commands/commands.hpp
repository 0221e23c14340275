// SPDX-License-Identifier: Apache-2.0
// The command groups; each file adds its own. A new group is one new file and one line here.
#pragma once

#include "cli/output.hpp"
#include "cli/session.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace waypost::kernel::cli {

void add_status_commands(CLI::App& app, session& with);
void add_domain_commands(CLI::App& app, session& with);
void add_user_commands(CLI::App& app, session& with);
void add_group_commands(CLI::App& app, session& with);
void add_admin_commands(CLI::App& app, session& with);
void add_mailbox_commands(CLI::App& app, session& with);
void add_queue_commands(CLI::App& app, session& with);
void add_route_commands(CLI::App& app, session& with);
void add_process_commands(CLI::App& app, session& with);

inline void add_commands(CLI::App& app, session& with) {
    add_status_commands(app, with);
    add_domain_commands(app, with);
    add_user_commands(app, with);
    add_group_commands(app, with);
    add_admin_commands(app, with);
    add_mailbox_commands(app, with);
    add_queue_commands(app, with);
    add_route_commands(app, with);
    add_process_commands(app, with);
}

/// A list: a table for people, an array for programs.
inline void show_list(session& with, const std::string& call, const json& args,
                      const std::vector<column>& columns, std::string_view nothing) {
    answer got;
    if (!with.get(call, args, got)) {
        return;
    }
    with.as_json ? print_json(*with.out, got.rows)
                 : print_table(*with.out, columns, got.rows, nothing);
}

/// One thing, field by field.
inline void show_one(session& with, const std::string& call, const json& args) {
    answer got;
    if (with.get(call, args, got)) {
        with.as_json ? print_json(*with.out, got.result) : print_fields(*with.out, got.result);
    }
}

/// A change: one line that says so.
inline void change(session& with, const std::string& call, const json& args,
                   const std::string& said) {
    answer got;
    if (!with.get(call, args, got)) {
        return;
    }
    if (with.as_json) {
        print_json(*with.out, got.result);
    } else {
        *with.out << said << '\n';
    }
}

/// A wrong argument that the option parser could not see.
inline void refuse(session& with, const error& why) {
    *with.err << "waypost: " << why.text << '\n';
    with.exit_code = exit_usage;
}

} // namespace waypost::kernel::cli
