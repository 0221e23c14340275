// SPDX-License-Identifier: Apache-2.0
// waypost queue list, waypost queue show ID [--content]
#include "cli/commands/commands.hpp"

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

} // namespace

void add_queue_commands(CLI::App& app, session& with) {
    auto* group = app.add_subcommand("queue", "Messages that wait")->require_subcommand(1);
    group->add_subcommand("list", "All of them, the next one to be tried first")->callback([&with] {
        show_list(with, "queue.list", json::object(),
                  {{"ID", "id"},
                   {"SENDER", "sender"},
                   {"RECIPIENTS", "recipients"},
                   {"SIZE", "size"},
                   {"ATTEMPTS", "attempts"},
                   {"NEXT TRY", "next_try"},
                   {"LAST ANSWER", "last_error"}},
                  "the queue is empty");
    });
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
}

} // namespace waypost::kernel::cli
