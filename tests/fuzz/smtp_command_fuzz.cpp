// SPDX-License-Identifier: Apache-2.0
// links: waypost::smtp_parse
// Any line is parsed without harm; what comes out are views of the line, and replies made of it
// stay one line.
#include "parse/command.hpp"
#include "parse/reply.hpp"
#include "parse/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace waypost::smtp;

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void within(std::string_view part, std::string_view whole) {
    require(part.empty() || (part.data() >= whole.data() &&
                             part.data() + part.size() <= whole.data() + whole.size()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string line(reinterpret_cast<const char*>(data), size);
    const command got = parse_command(line);
    within(got.argument, line);
    if (const auto mail = parse_mail(got.argument)) {
        within(mail->from.to.address, line);
        require(!has_control(mail->from.to.address));
        require(mail->envid.empty() || decode_xtext(mail->envid).has_value());
        require(mail->smtputf8 || !mail->from.to.is_utf8);
    } else {
        require(mail.failure().smtp >= 500 && mail.failure().smtp < 600);
    }
    if (const auto rcpt = parse_rcpt(got.argument, true)) {
        within(rcpt->to.to.address, line);
        require(!rcpt->to.is_null() && !has_control(rcpt->to.to.address));
    }
    static_cast<void>(parse_bdat(got.argument));
    std::string reply;
    append_reply(reply, 550, {5, 1, 1}, line);
    require(reply.ends_with("\r\n"));
    return 0;
}
