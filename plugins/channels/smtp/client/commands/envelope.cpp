// SPDX-License-Identifier: Apache-2.0
// MAIL, RCPT and DATA: in one write where the server pipelines (RFC 2920), one by one elsewhere;
// with the parameters it understands (RFC 1870, 3461, 6152, 6531, 8689).
#include "client/session.hpp"
#include "parse/text.hpp"

#include <algorithm>

namespace waypost::smtp::client {

namespace {

/// RFC 3461 s4.
std::string to_xtext(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet > 0x20 && octet < 0x7f && c != '+' && c != '=') {
            out.push_back(c);
            continue;
        }
        out.push_back('+');
        out.push_back(digits[octet >> 4U]);
        out.push_back(digits[octet & 0xfU]);
    }
    return out;
}

std::string notify_words(std::uint32_t flags) {
    std::string out;
    for (const auto& [flag, word] :
         {std::pair{WP_NOTIFY_NEVER, "NEVER"}, std::pair{WP_NOTIFY_SUCCESS, "SUCCESS"},
          std::pair{WP_NOTIFY_FAILURE, "FAILURE"}, std::pair{WP_NOTIFY_DELAY, "DELAY"}})
        if ((flags & flag) != 0)
            out.append(out.empty() ? "" : ",").append(word);
    return out;
}

bool needs_utf8(const delivery& what) {
    if (has_8bit(view(what.job().sender)))
        return true;
    for (std::size_t row = 0; row < what.size(); ++row)
        if (has_8bit(view(what.recipient(row).address)))
            return true;
    return (what.job().flags & WP_MAIL_UTF8) != 0;
}

/// An address that could end the command early; none of ours can, and none is sent.
bool is_safe(std::string_view address) {
    return !has_control(address) && address.find_first_of("<>") == std::string_view::npos;
}

} // namespace

void client_session::begin(std::unique_ptr<delivery> what) {
    state_ = {};
    state_.what = std::move(what);
    if (!can_carry())
        return end_delivery();
    send_envelope();
}

/// What the server cannot take is reported without asking it.
bool client_session::can_carry() {
    auto& what = *state_.what;
    const auto refuse = [&](std::uint16_t code, std::uint16_t subject, std::uint16_t detail,
                            std::string text) {
        what.report_rest(error(WP_PERMFAIL, code, 5, subject, detail, std::move(text)), 0,
                         remote_name());
        return false;
    };
    if (needs_utf8(what) && !peer_.utf8)
        return refuse(550, 6, 7, host_ + " takes no internationalised mail (SMTPUTF8)");
    if ((what.job().flags & WP_MAIL_REQUIRE_TLS) != 0 &&
        !(connection_.is_secure() && with_->tls->verifies() && peer_.require_tls))
        return refuse(550, 7, 30, host_ + " does not keep REQUIRETLS");
    if (peer_.max_size != 0 && what.job().size > peer_.max_size)
        return refuse(552, 3, 4,
                      "the message is larger than the limit of " + host_ + " (" +
                          std::to_string(peer_.max_size) + " bytes)");
    for (std::size_t row = 0; row < what.size(); ++row)
        if (!is_safe(view(what.recipient(row).address))) {
            const error why(WP_PERMFAIL, 553, 5, 1, 3, "the address cannot be written in SMTP");
            what.report(row, WP_PERMFAIL, 0, {}, {}, &why);
        }
    if (!is_safe(view(what.job().sender)))
        return refuse(553, 1, 7, "the sender's address cannot be written in SMTP");
    return !what.is_finished();
}

std::string client_session::mail_command() const {
    const auto& job = state_.what->job();
    std::string out = "MAIL FROM:<";
    out.append(view(job.sender)).append(">");
    if (peer_.size)
        out += " SIZE=" + std::to_string(job.size);
    if (peer_.eight_bit && (job.flags & WP_MAIL_8BIT) != 0)
        out += " BODY=8BITMIME";
    if (peer_.utf8 && needs_utf8(*state_.what))
        out += " SMTPUTF8";
    if ((job.flags & WP_MAIL_REQUIRE_TLS) != 0)
        out += " REQUIRETLS";
    if (!peer_.dsn)
        return out;
    if ((job.flags & WP_MAIL_RET_FULL) != 0)
        out += " RET=FULL";
    else if ((job.flags & WP_MAIL_RET_HEADERS) != 0)
        out += " RET=HDRS";
    if (job.envid.size != 0)
        out += " ENVID=" + to_xtext(view(job.envid));
    return out;
}

std::string client_session::rcpt_command(std::size_t row) const {
    const auto& to = state_.what->recipient(row);
    std::string out = "RCPT TO:<";
    out.append(view(to.address)).append(">");
    if (!peer_.dsn)
        return out;
    if (const auto words = notify_words(to.notify); !words.empty())
        out += " NOTIFY=" + words;
    const auto original = view(to.orcpt);
    if (const auto type = original.find(';'); type != std::string_view::npos)
        out.append(" ORCPT=").append(original.substr(0, type + 1)) +=
            to_xtext(original.substr(type + 1));
    return out;
}

void client_session::send_envelope() {
    connection_.expire_after(with_->command_timeout);
    send(mail_command(), step::mail);
    if (!peer_.pipelining)
        return;
    for (std::size_t row = 0; row < state_.what->size(); ++row)
        if (!state_.what->is_reported(row)) {
            send(rcpt_command(row), step::rcpt);
            expected_.back().row = row;
        }
    send("DATA", step::data);
    state_.data_sent = true;
}

void client_session::take_mail(const server_reply& reply) {
    if (!reply.is_positive()) {
        state_.what->report_rest(reply, remote_name());
        if (!peer_.pipelining)
            end_delivery();
        return;
    }
    state_.mail_accepted = true;
    if (!peer_.pipelining)
        take_rcpt({}, state_.what->size());
}

/// Without pipelining it also asks for the next one. A row behind the last one is none.
void client_session::take_rcpt(const server_reply& reply, std::size_t row) {
    auto& what = *state_.what;
    if (row < what.size()) {
        if (reply.is_positive())
            state_.accepted.push_back(row);
        else if (reply.code == 552) { // RFC 5321 s4.5.3.1.10: some mean 452
            auto later = reply;
            later.code = 452;
            what.report(row, later, remote_name());
        } else
            what.report(row, reply, remote_name());
    }
    connection_.expire_after(with_->command_timeout);
    if (peer_.pipelining)
        return;
    while (state_.rcpt_next < what.size() && what.is_reported(state_.rcpt_next))
        ++state_.rcpt_next;
    if (state_.rcpt_next < what.size()) {
        send(rcpt_command(state_.rcpt_next), step::rcpt);
        expected_.back().row = state_.rcpt_next++;
    } else if (state_.accepted.empty()) {
        end_delivery();
    } else {
        send("DATA", step::data);
        state_.data_sent = true;
    }
}

void client_session::take_data(const server_reply& reply) {
    if (reply.code != 354) {
        auto refused = reply;
        if (refused.is_positive()) // no reply to DATA means "taken"
            refused.code = 451;
        state_.what->report_rest(refused, remote_name());
        return end_delivery();
    }
    state_.sends_empty = state_.accepted.empty() || !state_.mail_accepted;
    send_content();
}

} // namespace waypost::smtp::client
