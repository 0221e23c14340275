// SPDX-License-Identifier: Apache-2.0
#include "transfer/events.hpp"

#include <array>
#include <charconv>

namespace waypost::kernel::transfer {
namespace {

/// The fields of one line; numbers live in it.
class line {
public:
    void add(std::string_view key, std::string_view value) {
        if (count_ < fields_.size())
            fields_[count_++] = {waypost::to_abi(key), waypost::to_abi(value)};
    }
    void add(std::string_view key, std::uint64_t value) {
        auto& digits = numbers_.at(used_++);
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        add(key, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }
    std::span<const wp_pair> fields() const { return {fields_.data(), count_}; }

private:
    std::array<wp_pair, 14> fields_;
    std::array<std::array<char, 20>, 3> numbers_;
    std::size_t count_ = 0;
    std::size_t used_ = 0;
};

struct kind {
    std::string_view word;
    std::int32_t level;
};

kind kind_of(const recipient& to, const outcome& fate) {
    if (fate.status == WP_OK)
        return {"delivered", WP_LOG_INFO};
    if (to.state == recipient_state::held)
        return {"held", WP_LOG_NOTICE};
    if (to.state == recipient_state::handed)
        return {"handed", WP_LOG_INFO};
    if (to.state == recipient_state::failed || fate.status == WP_PERMFAIL)
        return {"failed", WP_LOG_WARNING};
    return fate.status == WP_PENDING ? kind{"queued", WP_LOG_INFO}
                                     : kind{"deferred", WP_LOG_NOTICE};
}

} // namespace

void tell(const context& unit, log::message_id id, std::uint64_t size, const envelope& of,
          const recipient& to, const outcome& fate) {
    const auto what = kind_of(to, fate);
    line out;
    out.add("message", id);
    out.add("from", of.sender);
    out.add("to", to.address);
    if (to.original != to.address)
        out.add("original", to.original);
    if (!to.account.empty() && to.account != to.address)
        out.add("account", to.account);
    out.add("channel", to.channel);
    if (!to.next_hop.empty())
        out.add("next_hop", to.next_hop);
    out.add("size", size);
    out.add("client", of.client_address);
    if (to.attempts > 1)
        out.add("attempts", to.attempts);
    if (!fate.why.text.empty())
        out.add("why", fate.why.text);
    if (!fate.remote.empty())
        out.add("remote", fate.remote);
    if (fate.status == WP_OK && !fate.reply.empty())
        out.add("reply", fate.reply);
    unit.settings.log(what.level, what.word, out.fields());
    if (unit.events)
        unit.events->add(id, unit.settings.now(), what.word, out.fields().subspan(1));
}

void tell_reported(const context& unit, log::message_id about, log::message_id report,
                   std::string_view to) {
    line out;
    out.add("message", about);
    out.add("report", report);
    out.add("to", to);
    unit.settings.log(WP_LOG_INFO, "reported", out.fields());
    if (!unit.events)
        return;
    unit.events->add(about, unit.settings.now(), "reported", out.fields().subspan(1));
    line back;
    back.add("about", about);
    unit.events->add(report, unit.settings.now(), "report", back.fields());
}

void tell_refused(const context& unit, const envelope& of, std::string_view to, const error& why) {
    line out;
    out.add("from", of.sender);
    if (!to.empty())
        out.add("to", to);
    out.add("client", of.client_address);
    out.add("code", why.smtp);
    out.add("why", why.text);
    unit.settings.log(WP_LOG_INFO, "refused", out.fields());
}

} // namespace waypost::kernel::transfer
