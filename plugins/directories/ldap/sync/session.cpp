// SPDX-License-Identifier: Apache-2.0
#include "sync/session.hpp"

#include <algorithm>

namespace waypost::ldap {
namespace {

constexpr std::size_t batch_entries = 512;

std::string_view value_of(LDAPControl** controls, const char* oid) {
    auto* found = controls == nullptr ? nullptr : ldap_control_find(oid, controls, nullptr);
    return found == nullptr ? std::string_view{} : view(found->ldctl_value);
}

error start_over(std::string_view why) {
    return {WP_CONFLICT, std::string(why)};
}

} // namespace

// --- refresh ---

result<void> sync_session::refresh(const wp_feed& into, sync_mode mode,
                                   const std::optional<cookie>& from) {
    searches_.assign(settings_.bases.size(), {});
    with_cookie_ = from.has_value();
    position_ = from ? *from : cookie{false, std::vector<std::string>(settings_.bases.size())};
    std::optional<feed_transaction> full;
    if (!with_cookie_) {
        auto begun = feed_transaction::begin(into, WP_FEED_FULL);
        if (!begun)
            return begun.failure();
        full.emplace(*std::move(begun));
    }
    if (!full) {
        if (auto done = refresh_bases(mode, nullptr); !done)
            return done;
        return commit_refresh(into);
    }
    batch_pump pump(on_.handle());
    auto read = pump.run([&] { return refresh_bases(mode, &pump); },
                         [&](entry_batch& some) { return full->entries(some); });
    batch_ = std::make_unique<entry_batch>(on_.handle());
    if (!read)
        return read;
    for (const auto& part : position_.parts)
        if (part.empty())
            return error{WP_TEMPFAIL, on_.server() + ": the server gave no sync cookie"};
    committed_ = position_;
    return full->commit(position_.encode());
}

result<void> sync_session::refresh_bases(sync_mode mode, batch_pump* full) {
    for (std::size_t base = 0; base < searches_.size(); ++base)
        if (auto done = refresh_base(base, mode, full); !done)
            return done;
    return {};
}

result<void> sync_session::refresh_base(std::size_t base, sync_mode mode, batch_pump* full) {
    auto value = sync_request(mode, position_.parts[base]);
    LDAPControl request{const_cast<char*>(sync_request_oid), to_berval(value), 1};
    LDAPControl* controls[] = {&request, nullptr};
    if (auto begun = on_.begin_search(
            {settings_.bases[base], LDAP_SCOPE_SUBTREE, "(objectClass=*)", entry_attributes},
            controls, searches_[base].id);
        !begun)
        return begun;
    while (!searches_[base].refreshed) {
        if (stop_)
            return error{WP_STOPPING, "the daemon is stopping"};
        auto got = on_.next(settings_.timeout);
        if (!got)
            return got.failure();
        if (!*got)
            return error{WP_TEMPFAIL, on_.server() + ": the refresh stands still"};
        const auto of = base_of(ldap_msgid(got->get()));
        if (!of)
            continue;
        if (auto taken = take(*std::move(got), *of); !taken)
            return taken;
        if (full != nullptr && (batch_->size() >= batch_entries || searches_[base].refreshed)) {
            auto empty = full->swap(std::move(batch_));
            if (!empty)
                return empty.failure();
            batch_ = *std::move(empty);
        }
        if (full == nullptr &&
            batch_->bytes() + 16 * (present_.size() + removed_.size()) > settings_.refresh_limit)
            return start_over("more has changed than refresh_limit allows");
    }
    // The base itself is an entry: a server that has not even that was emptied or not loaded yet,
    // and is no reason to forget everything.
    const auto& search = searches_[base];
    if (!search.has_entries && (full != nullptr || search.present_phase))
        return error{WP_TEMPFAIL, on_.server() + ": there is nothing below " +
                                      settings_.bases[base] + "; what is known of it is kept"};
    return {};
}

result<void> sync_session::commit_refresh(const wp_feed& into) {
    const auto present = static_cast<std::size_t>(std::count_if(
        searches_.begin(), searches_.end(), [](const auto& one) { return one.present_phase; }));
    if (present > 0 && present < searches_.size())
        return start_over("the server knows the deletions below one base and not below another");
    auto begun = feed_transaction::begin(into, present > 0 ? WP_FEED_FULL : WP_FEED_CHANGES);
    if (!begun)
        return begun.failure();
    auto ok = present > 0 ? begun->present(present_) : begun->removed(removed_);
    if (!ok && ok.failure().status == WP_NOT_FOUND)
        return start_over(ok.failure().text);
    if (ok)
        ok = begun->entries(*batch_);
    batch_->clear();
    present_.clear();
    if (present == 0)
        removed_.clear(); // what a full transaction cannot remove is removed by the next one
    committed_ = position_;
    return ok ? begun->commit(position_.encode()) : ok;
}

// --- messages ---

std::optional<std::size_t> sync_session::base_of(int id) const {
    for (std::size_t i = 0; i < searches_.size(); ++i)
        if (searches_[i].id == id)
            return i;
    return std::nullopt;
}

result<void> sync_session::take(message one, std::size_t base) {
    switch (ldap_msgtype(one.get())) {
    case LDAP_RES_SEARCH_ENTRY:
        return take_entry(std::move(one), base);
    case LDAP_RES_INTERMEDIATE:
        return take_info(one.get(), base);
    case LDAP_RES_SEARCH_RESULT:
        return take_end(one.get(), base);
    default:
        return {};
    }
}

result<void> sync_session::take_entry(message one, std::size_t base) {
    LDAPControl** raw = nullptr;
    if (ldap_get_entry_controls(on_.handle(), one.get(), &raw) != LDAP_SUCCESS)
        return error{WP_TEMPFAIL, on_.server() + ": an entry cannot be read"};
    const control_list controls(raw);
    auto state = parse_sync_state(value_of(raw, sync_state_oid));
    if (!state)
        return state.failure();
    // Within one transaction removals go first, so one that follows entries begins a new one.
    if (state->state == entry_state::gone && batch_->size() > 0 && push_)
        if (auto pushed = push_(); !pushed)
            return pushed;
    if (state->cookie && !state->cookie->empty())
        position_.parts[base] = *state->cookie;
    if (state->state == entry_state::gone) {
        removed_.push_back(std::move(state->uuid));
        return {};
    }
    searches_[base].has_entries = true;
    if (state->state == entry_state::present)
        present_.push_back(std::move(state->uuid));
    else if (!batch_->add(std::move(one), state->uuid))
        return error{WP_TEMPFAIL, on_.server() + ": an entry cannot be read"};
    return {};
}

result<void> sync_session::take_info(LDAPMessage* one, std::size_t base) {
    char* oid = nullptr;
    berval* value = nullptr;
    if (ldap_parse_intermediate(on_.handle(), one, &oid, &value, nullptr, 0) != LDAP_SUCCESS)
        return error{WP_TEMPFAIL, on_.server() + ": an intermediate message cannot be read"};
    const owned<char> name(oid);
    const owned<berval> held(value);
    if (oid == nullptr || value == nullptr || std::string_view(oid) != sync_info_oid)
        return {};
    auto info = parse_sync_info(view(*value));
    if (!info)
        return info.failure();
    if (info->cookie && !info->cookie->empty())
        position_.parts[base] = *info->cookie;
    auto& search = searches_[base];
    if (info->what == sync_info::kind::refresh_present)
        search.present_phase = true;
    if (info->what == sync_info::kind::refresh_present ||
        info->what == sync_info::kind::refresh_delete)
        search.refreshed = search.refreshed || info->refresh_done;
    if (info->what == sync_info::kind::id_set) {
        auto& to = info->refresh_deletes ? removed_ : present_;
        search.present_phase = search.present_phase || !info->refresh_deletes;
        search.has_entries = search.has_entries || !info->refresh_deletes;
        to.insert(to.end(), std::make_move_iterator(info->uuids.begin()),
                  std::make_move_iterator(info->uuids.end()));
    }
    return {};
}

result<void> sync_session::take_end(LDAPMessage* one, std::size_t base) {
    const auto said = on_.outcome_of(one);
    if (said.code != LDAP_SUCCESS)
        return ended(said);
    if (searches_[base].refreshed)
        return error{WP_TEMPFAIL, on_.server() + ": the server ended the synchronisation"};
    auto done = parse_sync_done(value_of(said.controls.get(), sync_done_oid));
    if (!done)
        return done.failure();
    // OpenLDAP answers a cookie that it cannot read with everything and no cookie.
    if (!done->cookie || done->cookie->empty())
        return start_over("the server gave no sync cookie");
    position_.parts[base] = *done->cookie;
    searches_[base].refreshed = true;
    searches_[base].present_phase =
        searches_[base].present_phase || (with_cookie_ && !done->refresh_deletes);
    return {};
}

error sync_session::ended(const connection::outcome& said) const {
    auto out = failure_of(said.code, on_.server() + ": synchronisation", said.diagnostic);
    // RFC 4533 s2.6, and OpenLDAP's answer to a cookie newer than itself.
    if (with_cookie_ &&
        (said.code == LDAP_SYNC_REFRESH_REQUIRED || said.code == LDAP_UNWILLING_TO_PERFORM))
        out.status = WP_CONFLICT;
    else if (out.status == WP_CONFLICT)
        out.status = WP_TEMPFAIL;
    return out;
}

// --- changes ---

result<void> sync_session::drain(const wp_feed& into, const observer& delivered) {
    push_ = [&] { return push_changes(into, delivered); };
    for (;;) {
        auto got = on_.next({});
        result<void> taken;
        if (!got) {
            taken = got.failure();
        } else if (!*got) {
            return push_();
        } else if (const auto of = base_of(ldap_msgid(got->get()))) {
            probe_ = 0;
            taken = take(*std::move(got), *of);
        } else {
            probe_ = 0;
        }
        if (!taken || batch_->size() >= batch_entries)
            if (auto pushed = push_(); !pushed)
                return pushed;
        if (!taken)
            return taken;
    }
}

result<void> sync_session::prove_alive() {
    if (probe_ != 0)
        return error{WP_TEMPFAIL, on_.server() + ": the server does not answer any more"};
    static constexpr const char* nothing[] = {LDAP_NO_ATTRS, nullptr};
    return on_.begin_search({"", LDAP_SCOPE_BASE, "(objectClass=*)", nothing}, nullptr, probe_);
}

result<void> sync_session::push_changes(const wp_feed& into, const observer& delivered) {
    if (batch_->size() == 0 && removed_.empty())
        return {};
    auto begun = feed_transaction::begin(into, WP_FEED_CHANGES);
    if (!begun)
        return begun.failure();
    auto ok = begun->removed(removed_);
    if (ok)
        ok = begun->entries(*batch_);
    if (ok)
        ok = begun->commit(position_.encode());
    if (!ok)
        return ok;
    committed_ = position_;
    std::vector<delivery> told;
    for (std::size_t i = 0; i < batch_->size(); ++i)
        told.push_back({std::string(batch_->dn(i)), std::string(batch_->csn(i)), {}});
    for (auto& uuid : removed_)
        told.push_back({{}, {}, std::move(uuid)});
    batch_->clear();
    removed_.clear();
    delivered(std::move(told));
    return {};
}

} // namespace waypost::ldap
