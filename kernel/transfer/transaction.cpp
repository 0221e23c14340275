// SPDX-License-Identifier: Apache-2.0
#include "transfer/transaction.hpp"

#include "log/fault.hpp"
#include "transfer/events.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::transfer {

namespace {

/// The limit is for what a client sends; the channel's Received: field comes on top.
constexpr std::size_t trace_room = 4096;

error too_large(std::size_t limit) {
    return {WP_PERMFAIL, 552,
            5,           3,
            4,           "message is larger than the limit of " + std::to_string(limit) + " bytes"};
}

} // namespace

transaction::transaction(context& unit, const wp_client& client, const wp_sender& sender)
    : unit_(unit), content_(unit) {
    envelope_.sender = view(sender.address);
    envelope_.envid = view(sender.envid);
    envelope_.flags = sender.flags;
    envelope_.client_address = view(client.address);
    envelope_.client_name = view(client.name);
    envelope_.protocol = view(client.protocol);
    envelope_.principal = view(client.principal);
    envelope_.received_ns = unit.settings.now();
    may_relay_ = (client.flags & WP_CLIENT_TRUSTED) != 0 || client.principal.size != 0;
    final_ = (client.flags & WP_CLIENT_FINAL) != 0;
    ++unit_.transactions;
}

transaction::~transaction() {
    --unit_.transactions;
}

result<void> transaction::append(std::string_view bytes) {
    if (too_large_ || size_ + bytes.size() > unit_.settings.message_size_limit + trace_room) {
        too_large_ = true;
        return too_large(unit_.settings.message_size_limit);
    }
    auto taken = content_.append(bytes);
    if (taken) {
        size_ += bytes.size();
        hops_.feed(bytes);
    }
    return taken;
}

wp_status transaction::commit(wp_receipt* receipt, wp_done done, error& why) {
    receipt_ = receipt;
    done_ = done;
    if (too_large_) {
        why = too_large(unit_.settings.message_size_limit);
        return why.status;
    }
    if (envelope_.recipients.empty()) {
        why = error(WP_INVALID, 554, 5, 5, 1, "no valid recipients");
        return why.status;
    }
    if (hops_.hops() > unit_.settings.max_hops) {
        why = error(WP_PERMFAIL, 554, 5, 4, 6,
                    "too many hops: the message goes in circles; its Received: fields show where");
        return why.status;
    }
    encode(envelope_, text_);
    expected_bytes = static_cast<std::uint32_t>(text_.size() + content_.memory().size());
    if (!content_.in_file())
        return submit(why);
    content_.finish([this](result<void> written) {
        error refused;
        if (!written)
            refused = written.failure();
        if (!written || submit(refused) != WP_PENDING)
            end(refused.status, &refused);
    });
    return WP_PENDING;
}

wp_status transaction::submit(error& why) {
    const auto status = unit_.log->submit(*this, &why);
    if (status != WP_PENDING && why.smtp == 0)
        why = error(why.status, 451, 4, 3, 0, why.text);
    return status;
}

result<void> transaction::prepare(log::group& into) {
    const auto memory = content_.memory();
    id_ = into.put_message({.envelope = text_,
                            .content = content_.in_file() ? std::span<const std::string_view>{}
                                                          : std::span(&memory, 1),
                            .file = content_.file()});
    stage(into);
    return settle(into);
}

void transaction::stage(log::group& into) {
    const auto lifetime = std::chrono::nanoseconds(unit_.settings.retry.lifetime).count();
    const auto fates = unit_.staging.stage(into,
                                           {.id = id_,
                                            .size = size_,
                                            .from = &envelope_,
                                            .expires_ns = envelope_.received_ns + lifetime},
                                           envelope_.recipients);
    fates_.assign(fates.begin(), fates.end());
}

void transaction::done(const result<void>& outcome, log::position) {
    log::fault::point("transfer.accepted.before-answer");
    fill_receipt(outcome);
    if (outcome) {
        ++unit_.counters.accepted;
        for (std::size_t i = 0; i < fates_.size(); ++i) {
            ++(fates_[i].status == WP_OK ? unit_.counters.delivered : unit_.counters.deferred);
            tell(unit_, id_, size_, envelope_, envelope_.recipients[i], fates_[i]);
        }
        end(WP_OK, nullptr);
        return;
    }
    ++unit_.counters.refused;
    auto why = outcome.failure();
    if (why.smtp == 0)
        why = error(why.status, 451, 4, 3, 0, why.text);
    tell_refused(unit_, envelope_, {}, why);
    end(why.status, &why);
}

void transaction::end(wp_status status, const error* why) {
    const auto call = done_;
    auto told = empty_error();
    if (why != nullptr)
        fill_error(&told, *why);
    delete this;
    call.fn(call.ctx, status, why != nullptr ? &told : nullptr);
}

} // namespace waypost::kernel::transfer
