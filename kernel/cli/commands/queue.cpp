// SPDX-License-Identifier: Apache-2.0
// waypost queue list, destinations, show, export; retry, hold, release, delete, return, redirect
#include "cli/commands/commands.hpp"

#include <filesystem>
#include <fstream>
#include <memory>

namespace waypost::kernel::cli {
namespace {

/// The daemon sends each byte as the code point of its value.
std::string as_bytes(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x80 || i + 1 == text.size()) {
            bytes.push_back(text[i]);
        } else {
            const auto second = static_cast<unsigned char>(text[++i]);
            bytes.push_back(static_cast<char>(((first & 0x03U) << 6U) | (second & 0x3fU)));
        }
    }
    return bytes;
}

void show_content(session& with, std::uint64_t id) {
    const auto row = [&with](const json& part) { *with.out << as_bytes(part.value("bytes", "")); };
    auto got = with.ask("queue.content", {{"id", id}}, row);
    if (!got) {
        *with.err << "waypost: " << got.failure().text << '\n';
        with.exit_code = exit_refused;
    }
}

/// Which messages: an id, or what they have in common.
struct which_messages {
    std::uint64_t id = 0;
    std::uint64_t limit = 0;
    std::string destination, sender, recipient, state, error;
    bool all = false;

    json as_json() const {
        json args = json::object();
        for (const auto& [key, value] : {std::pair{"destination", &destination},
                                         {"sender", &sender},
                                         {"recipient", &recipient},
                                         {"state", &state},
                                         {"error", &error}}) {
            if (!value->empty()) {
                args[key] = *value;
            }
        }
        if (id != 0) {
            args["id"] = id;
        }
        if (limit != 0) {
            args["limit"] = limit;
        }
        if (all) {
            args["all"] = true;
        }
        return args;
    }
};

std::shared_ptr<which_messages> add_filters(CLI::App& to) {
    auto which = std::make_shared<which_messages>();
    to.add_option("ID", which->id, "As `queue list` prints it");
    to.add_option("--destination", which->destination,
                  "\"smtp example.org\" as `queue destinations` prints it, or a next hop");
    to.add_option("--sender", which->sender, "Sender's address; <> for reports");
    to.add_option("--recipient", which->recipient, "A recipient's address");
    to.add_option("--state", which->state, "pending, held, handed or failed");
    to.add_option("--error", which->error, "A part of the last answer");
    to.add_option("--limit", which->limit, "At most so many messages");
    return which;
}

void add_list(CLI::App& group, session& with) {
    auto* list = group.add_subcommand("list", "Messages, the oldest first");
    const auto which = add_filters(*list);
    list->callback([&with, which] {
        show_list(with, "queue.list", which->as_json(),
                  {{"ID", "id"},
                   {"SENDER", "sender"},
                   {"RECIPIENTS", "recipients"},
                   {"ATTEMPTS", "attempts"},
                   {"NEXT TRY", "next_try"},
                   {"LAST ANSWER", "last_error"}},
                  "the queue is empty");
    });
    group.add_subcommand("destinations", "How much waits where, and what is resting")
        ->callback([&with] {
            show_list(with, "queue.destinations", json::object(),
                      {{"DESTINATION", "destination"},
                       {"MESSAGES", "messages"},
                       {"PENDING", "pending"},
                       {"HELD", "held"},
                       {"STATE", "state"},
                       {"ACTIVE", "active"},
                       {"NEXT TRY", "next_try"},
                       {"WHY", "why"}},
                      "the queue is empty");
        });
}

void add_action(CLI::App& group, session& with, const std::string& action,
                const std::string& help) {
    auto* command = group.add_subcommand(action, help);
    const auto which = add_filters(*command);
    const auto target = std::make_shared<std::string>();
    command->add_flag("--all", which->all, "All messages of the queue");
    if (action == "redirect") {
        command->add_option("--to", *target, "The address they go to instead")->required();
    }
    command->callback([&with, which, target, action] {
        auto args = which->as_json();
        args["action"] = action;
        if (!target->empty()) {
            args["target"] = *target;
        }
        answer got;
        if (!with.get("queue.change", args, got)) {
            return;
        }
        if (with.as_json) {
            print_json(*with.out, got.result);
        } else {
            *with.out << got.result.value("changed", std::uint64_t{0}) << " messages changed\n";
        }
    });
}

/// ID.eml, the message, and ID.json, its envelope, for each.
void export_messages(session& with, const which_messages& which,
                     const std::filesystem::path& folder) {
    answer listed;
    if (!with.get("queue.list", which.as_json(), listed)) {
        return;
    }
    std::size_t count = 0;
    for (const auto& row : listed.rows) {
        const auto id = row.value("id", std::uint64_t{0});
        std::ofstream bytes(folder / (std::to_string(id) + ".eml"), std::ios::binary);
        std::ofstream envelope(folder / (std::to_string(id) + ".json"));
        const auto take = [&bytes](const json& part) {
            bytes << as_bytes(part.value("bytes", ""));
        };
        answer shown;
        if (!with.ask("queue.content", {{"id", id}}, take) ||
            !with.get("queue.show", {{"id", id}}, shown)) {
            continue; // delivered meanwhile
        }
        envelope << shown.result.dump(2) << '\n';
        if (!bytes.flush() || !envelope.flush()) {
            *with.err << "waypost: cannot write into " << folder.string() << '\n';
            with.exit_code = exit_refused;
            return;
        }
        ++count;
    }
    *with.out << count << " messages in " << folder.string() << '\n';
}

void add_export(CLI::App& group, session& with) {
    auto* command = group.add_subcommand("export", "Messages and envelopes as files in a folder");
    const auto which = add_filters(*command);
    const auto folder = std::make_shared<std::string>(".");
    command->add_option("--folder", *folder, "Where they are written");
    command->callback([&with, which, folder] { export_messages(with, *which, *folder); });
}

} // namespace

void add_queue_commands(CLI::App& app, session& with) {
    auto* traced = app.add_subcommand("trace", "What happened to a message");
    const auto traced_id = std::make_shared<std::uint64_t>(0);
    traced->add_option("MESSAGE", *traced_id, "Its id, as replies and log lines have it")
        ->required();
    traced->callback([&with, traced_id] {
        show_list(with, "trace.show", {{"id", *traced_id}},
                  {{"TIME", "time"},
                   {"MESSAGE", "message"},
                   {"EVENT", "event"},
                   {"TO", "to"},
                   {"CHANNEL", "channel"},
                   {"NEXT HOP", "next_hop"},
                   {"REMOTE", "remote"},
                   {"WHY", "why"}},
                  "nothing is known of it");
    });
    auto* group = app.add_subcommand("queue", "Messages that wait")->require_subcommand(1);
    add_list(*group, with);
    struct words {
        std::uint64_t id = 0;
        bool content = false;
    };
    const auto said = std::make_shared<words>();
    auto* show = group->add_subcommand("show", "Envelope and recipients of one message");
    show->add_option("ID", said->id, "As `queue list` prints it")->required();
    show->add_flag("--content", said->content, "The message itself, byte for byte");
    show->callback([&with, said] {
        said->content ? show_content(with, said->id)
                      : show_one(with, "queue.show", {{"id", said->id}});
    });
    add_export(*group, with);
    for (const auto& [action, help] :
         {std::pair{"retry", "Tries them now, also where a destination is resting"},
          {"hold", "Keeps them until they are released"},
          {"release", "Lets held ones go"},
          {"delete", "Removes them without a word to anybody"},
          {"return", "Sends them back with a report"},
          {"redirect", "Sends them to another address"}}) {
        add_action(*group, with, action, help);
    }
}

} // namespace waypost::kernel::cli
