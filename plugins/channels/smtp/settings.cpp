// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "parse/address.hpp"
#include "parse/reply.hpp"

#include <algorithm>

namespace waypost::smtp {
namespace {

/// RFC 5321 s4.1.1.1; the order is of no meaning.
std::string extensions(const settings& of, bool with_starttls) {
    std::string text = of.hostname;
    text += "\nPIPELINING\nSIZE " + std::to_string(of.max_message_size);
    if (with_starttls)
        text += "\nSTARTTLS";
    text += "\n8BITMIME\nENHANCEDSTATUSCODES\nDSN\nSMTPUTF8\nCHUNKING\nLIMITS RCPTMAX=" +
            std::to_string(of.max_recipients);
    std::string out;
    append_reply(out, 250, {}, text);
    return out;
}

std::size_t count(const config_view& values, const char* key) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, values.integer(key)));
}

std::chrono::seconds seconds(const config_view& values, const char* key) {
    return std::chrono::ceil<std::chrono::seconds>(values.duration(key));
}

result<void> read_tls(settings& out, const config_view& values) {
    const net::tls_certificate files{values.path("tls_certificate"), values.path("tls_key")};
    if (files.certificate_file.empty() && files.key_file.empty())
        return {};
    if (files.certificate_file.empty() || files.key_file.empty())
        return error(WP_INVALID, "tls_certificate and tls_key belong together; set both or none");
    auto context = net::tls_context::load({&files, 1});
    if (!context)
        return context.failure();
    out.tls = *context;
    return {};
}

} // namespace

result<std::shared_ptr<const settings>> read_settings(const config_view& values) {
    auto out = std::make_shared<settings>();
    const std::string_view protocol = values.text("protocol");
    if (protocol != "smtp" && protocol != "lmtp")
        return error(WP_INVALID, "protocol must be \"smtp\" or \"lmtp\", not \"" +
                                     std::string(protocol) + "\"");
    out->is_lmtp = protocol == "lmtp";
    out->hostname = values.text("hostname");
    if (!is_client_name(out->hostname))
        return error(WP_INVALID, "hostname \"" + out->hostname + "\" is not a host name");
    out->max_message_size = values.size("max_message_size");
    out->max_recipients = count(values, "max_recipients");
    out->max_errors = count(values, "max_errors");
    out->max_connections = count(values, "max_connections");
    out->max_connections_per_address = count(values, "max_connections_per_address");
    out->command_timeout = seconds(values, "command_timeout");
    out->data_timeout = seconds(values, "data_timeout");
    for (const std::string_view text : values.list("trusted_networks")) {
        auto parsed = network::parse(text);
        if (!parsed)
            return error(WP_INVALID, "trusted_networks: " + parsed.failure().text);
        out->trusted.push_back(*parsed);
    }
    if (auto read = read_tls(*out, values); !read)
        return read.failure();
    const std::string banner(values.text("banner"));
    append_reply(out->greeting, 220, {},
                 out->hostname + (out->is_lmtp ? " LMTP " : " ESMTP ") + banner);
    out->extensions = extensions(*out, out->tls != nullptr);
    out->extensions_tls = extensions(*out, false);
    return std::shared_ptr<const settings>(std::move(out));
}

} // namespace waypost::smtp
