// SPDX-License-Identifier: Apache-2.0
// queue.list, queue.destinations, queue.show (envelopes), queue.content (the message itself, which
// is a right of its own), queue.change
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {
namespace {

constexpr std::size_t piece_bytes = 32 * 1024;

/// A message is bytes, JSON is text: each byte becomes the code point of its value, which `waypost`
/// turns back.
std::string as_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 8);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x80) {
            text.push_back(byte);
        } else {
            text.push_back(static_cast<char>(0xc0U | (value >> 6U)));
            text.push_back(static_cast<char>(0x80U | (value & 0x3fU)));
        }
    }
    return text;
}

result<json> send_content(const sources& from, std::uint64_t id, const row_sink& rows) {
    const auto piece = [&](std::string_view bytes) {
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, piece_bytes);
            if (!rows({{"bytes", as_text(part)}})) {
                return false;
            }
            bytes.remove_prefix(part.size());
        }
        return true;
    };
    return rows_answer(from.queue.content(id, piece));
}

std::string text_of(const json& args, const char* key) {
    return args.contains(key) && args[key].is_string() ? args[key].get<std::string>()
                                                       : std::string();
}

std::uint64_t number_of(const json& args, const char* key) {
    return args.contains(key) && args[key].is_number_unsigned() ? args[key].get<std::uint64_t>()
                                                                : 0;
}

queue_filter filter_of(const json& args) {
    return {number_of(args, "id"),      text_of(args, "destination"), text_of(args, "sender"),
            text_of(args, "recipient"), text_of(args, "state"),       text_of(args, "error"),
            number_of(args, "limit")};
}

result<json> change(const sources& from, const json& args) {
    const auto which = filter_of(args);
    if (which.is_empty() && !args.value("all", false)) {
        return error{WP_INVALID, "say which messages: an id, a filter, or all of them (--all)"};
    }
    return from.queue.change(text_of(args, "action"), which, text_of(args, "target"));
}

} // namespace

void add_queue_calls(table& calls, const sources& from) {
    calls.add("queue.list", right::read_queue,
              [&from](const json& args, const row_sink& rows) -> result<json> {
                  return from.queue.list ? rows_answer(from.queue.list(filter_of(args), rows))
                                         : not_in_this_build();
              });
    calls.add("queue.destinations", right::read_queue,
              [&from](const json&, const row_sink& rows) -> result<json> {
                  return from.queue.destinations ? rows_answer(from.queue.destinations(rows))
                                                 : not_in_this_build();
              });
    calls.add("queue.change", right::manage_queue,
              [&from](const json& args, const row_sink&) -> result<json> {
                  return from.queue.change ? change(from, args) : not_in_this_build();
              });
    calls.add("queue.show", right::read_queue,
              [&from](const json& args, const row_sink&) -> result<json> {
                  auto id = id_argument(args);
                  if (!id) {
                      return id.failure();
                  }
                  return from.queue.show ? from.queue.show(*id) : not_in_this_build();
              });
    calls.add("trace.show", right::read_queue,
              [&from](const json& args, const row_sink& rows) -> result<json> {
                  auto id = id_argument(args);
                  if (!id) {
                      return id.failure();
                  }
                  return from.trace ? rows_answer(from.trace(*id, rows)) : not_in_this_build();
              });
    calls.add("queue.content", right::read_message,
              [&from](const json& args, const row_sink& rows) -> result<json> {
                  auto id = id_argument(args);
                  if (!id) {
                      return id.failure();
                  }
                  return from.queue.content ? send_content(from, *id, rows) : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
