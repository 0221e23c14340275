// SPDX-License-Identifier: Apache-2.0
// Record formats; see format.hpp.
#include "format.hpp"

#include "codec.hpp"

namespace waypost::lmdb {
namespace {

constexpr std::uint8_t table_version = 1;

void put_entry(byte_writer& to, const row& from, const delivery_key& key) {
    to.number(from.uid);
    to.number(from.modseq);
    to.number(from.flags);
    to.number(from.message);
    to.number(from.size);
    to.time(from.date_ns);
    to.octet(key.empty() ? 0 : 1);
    if (!key.empty()) {
        to.fixed(key.job);
        to.fixed(key.recipient);
    }
    to.text(from.prefix);
}

bool get_entry(byte_reader& from, row& to, delivery_key& key) {
    to.uid = from.number32();
    to.modseq = from.number();
    to.flags = from.number();
    to.message = from.number();
    to.size = from.number();
    to.date_ns = from.time();
    const std::uint8_t has_key = from.octet();
    if (has_key > 1)
        return false;
    if (has_key == 1) {
        key = {from.fixed(), from.fixed()};
        if (key.empty())
            return false;
    }
    to.prefix = from.text();
    return to.uid != 0;
}

/// The members behind account and mailbox, by kind.
bool get_rest(byte_reader& from, record& to) {
    switch (to.kind) {
    case record_kind::account:
    case record_kind::rename:
        to.text = from.text();
        return true;
    case record_kind::mailbox:
        to.uid_validity = from.number32();
        to.text = from.text();
        return true;
    case record_kind::add:
        return get_entry(from, to.entry, to.key);
    case record_kind::flags:
        to.modseq = from.number();
        to.how = static_cast<flag_change>(from.octet());
        to.flags = from.number();
        to.uids = from.text();
        return to.how >= flag_change::add && to.how <= flag_change::set && valid_uids(to.uids);
    case record_kind::expunge:
        to.modseq = from.number();
        to.uids = from.text();
        return valid_uids(to.uids);
    case record_kind::release:
        to.uids = from.text();
        return valid_uids(to.uids);
    case record_kind::remove:
    case record_kind::forget:
    case record_kind::purge:
        return true;
    }
    return false;
}

bool has_mailbox(record_kind kind) {
    return kind != record_kind::account && kind != record_kind::purge;
}

} // namespace

void encode(const record& from, std::string& out) {
    byte_writer to(out);
    to.octet(static_cast<std::uint8_t>(from.kind));
    to.number(from.account);
    if (has_mailbox(from.kind))
        to.number(from.mailbox);
    switch (from.kind) {
    case record_kind::account:
    case record_kind::rename:
        to.text(from.text);
        break;
    case record_kind::mailbox:
        to.number(from.uid_validity);
        to.text(from.text);
        break;
    case record_kind::add:
        put_entry(to, from.entry, from.key);
        break;
    case record_kind::flags:
        to.number(from.modseq);
        to.octet(static_cast<std::uint8_t>(from.how));
        to.number(from.flags);
        to.text(from.uids);
        break;
    case record_kind::expunge:
        to.number(from.modseq);
        to.text(from.uids);
        break;
    case record_kind::release:
        to.text(from.uids);
        break;
    case record_kind::remove:
    case record_kind::forget:
    case record_kind::purge:
        break;
    }
}

std::optional<record> decode_record(std::string_view bytes) {
    byte_reader from(bytes);
    record to;
    to.kind = static_cast<record_kind>(from.octet());
    to.account = from.number();
    if (has_mailbox(to.kind))
        to.mailbox = from.number();
    if (!get_rest(from, to) || !from.ok() || !from.at_end())
        return std::nullopt;
    return to;
}

void encode_uids(std::span<const std::uint32_t> uids, std::string& out) {
    byte_writer to(out);
    std::uint64_t behind = 0;
    for (std::size_t at = 0; at < uids.size();) {
        std::size_t end = at + 1;
        while (end < uids.size() && uids[end] == uids[end - 1] + 1)
            ++end;
        to.number(uids[at] - behind);
        to.number(end - at);
        behind = std::uint64_t{uids[end - 1]} + 1;
        at = end;
    }
}

bool uid_runs::next(std::uint32_t& first, std::uint32_t& last) noexcept {
    if (left_.empty())
        return false;
    byte_reader from(left_);
    const std::uint64_t gap = from.number();
    const std::uint64_t length = from.number();
    const bool joined = gap == 0; // two runs that touch are one run, and no UID is 0
    if (!from.ok() || joined || length == 0 || gap > UINT32_MAX || length > UINT32_MAX ||
        behind_ + gap + length - 1 > UINT32_MAX) {
        broken_ = true;
        left_ = {};
        return false;
    }
    first = static_cast<std::uint32_t>(behind_ + gap);
    last = static_cast<std::uint32_t>(behind_ + gap + length - 1);
    behind_ = std::uint64_t{last} + 1;
    left_ = from.rest();
    return true;
}

bool valid_uids(std::string_view bytes) noexcept {
    uid_runs runs(bytes);
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    while (runs.next(first, last)) {
    }
    return !runs.broken();
}

void encode_row(const row& from, std::string& out) {
    byte_writer to(out);
    to.fixed(from.modseq);
    to.fixed(from.flags);
    to.number(from.message);
    to.number(from.size);
    to.time(from.date_ns);
    out.append(from.prefix);
}

std::optional<row> decode_row(std::uint32_t uid, std::string_view bytes) {
    byte_reader from(bytes);
    row to;
    to.uid = uid;
    to.modseq = from.fixed();
    to.flags = from.fixed();
    to.message = from.number();
    to.size = from.number();
    to.date_ns = from.time();
    if (!from.ok())
        return std::nullopt;
    to.prefix = from.rest();
    return to;
}

void encode_mailbox(const mailbox_value& from, std::string& out) {
    byte_writer to(out);
    to.octet(table_version);
    to.octet(from.removed ? 1 : 0);
    to.number(from.uid_validity);
    to.number(from.uid_next);
    to.number(from.modseq);
    to.number(from.messages);
    to.number(from.unseen);
    to.number(from.deleted);
    to.number(from.bytes);
    to.number(from.notes);
    out.append(from.path);
}

std::optional<mailbox_value> decode_mailbox(std::string_view bytes) {
    byte_reader from(bytes);
    mailbox_value to;
    const bool known = from.octet() == table_version;
    const std::uint8_t removed = from.octet();
    to.removed = removed == 1;
    to.uid_validity = from.number32();
    to.uid_next = from.number32();
    to.modseq = from.number();
    to.messages = from.number();
    to.unseen = from.number();
    to.deleted = from.number();
    to.bytes = from.number();
    to.notes = from.number();
    if (!known || removed > 1 || !from.ok())
        return std::nullopt;
    to.path = from.rest();
    return to;
}

void encode_account(const account_value& from, std::string& out) {
    byte_writer to(out);
    to.octet(table_version);
    to.octet(from.purged ? 1 : 0);
    to.number(from.bytes);
    to.number(from.messages);
    out.append(from.name);
}

std::optional<account_value> decode_account(std::string_view bytes) {
    byte_reader from(bytes);
    account_value to;
    const bool known = from.octet() == table_version;
    const std::uint8_t purged = from.octet();
    to.purged = purged == 1;
    to.bytes = from.number();
    to.messages = from.number();
    if (!known || purged > 1 || !from.ok())
        return std::nullopt;
    to.name = from.rest();
    return to;
}

void encode_store(const store_value& from, std::string& out) {
    byte_writer to(out);
    to.octet(table_version);
    to.number(from.position);
    to.number(from.next_id);
    to.number(from.uid_validity);
}

std::optional<store_value> decode_store(std::string_view bytes) {
    byte_reader from(bytes);
    store_value to;
    const bool known = from.octet() == table_version;
    to.position = from.number();
    to.next_id = from.number();
    to.uid_validity = from.number32();
    if (!known || !from.ok() || !from.at_end())
        return std::nullopt;
    return to;
}

} // namespace waypost::lmdb
