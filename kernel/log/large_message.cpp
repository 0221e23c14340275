// SPDX-License-Identifier: Apache-2.0
// Large messages; see large_message.hpp.
#include "log/large_message.hpp"

#include "log/segment.hpp"

namespace waypost::kernel::log {

result<large_message> large_message::create(const std::filesystem::path& directory, message_id id) {
    auto made = file::create(large_message_path(directory, id));
    if (!made)
        return made.failure();
    return large_message(std::move(*made), directory, id);
}

large_message::~large_message() {
    if (file_.is_open())
        static_cast<void>(unlink_file(file_.path()));
}

result<void> large_message::write(std::string_view bytes) {
    auto outcome = file_.write(bytes, size_);
    if (outcome)
        size_ += bytes.size();
    return outcome;
}

result<void> large_message::finish() {
    auto outcome = file_.sync();
    if (outcome)
        outcome = sync_directory(directory_ / "spool");
    finished_ = static_cast<bool>(outcome);
    return outcome;
}

} // namespace waypost::kernel::log
