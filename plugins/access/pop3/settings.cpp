// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <algorithm>

namespace waypost::pop3 {
namespace {

std::size_t count(const config_view& values, const char* key) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, values.integer(key)));
}

std::chrono::seconds seconds(const config_view& values, const char* key) {
    return std::chrono::ceil<std::chrono::seconds>(values.duration(key));
}

} // namespace

result<std::shared_ptr<const settings>> read_settings(const config_view& values) {
    auto out = std::make_shared<settings>();
    out->allow_plaintext = values.boolean("allow_plaintext");
    out->max_line = values.size("max_line");
    out->max_errors = count(values, "max_errors");
    out->max_connections = count(values, "max_connections");
    out->max_connections_per_address = count(values, "max_connections_per_address");
    out->login_timeout = seconds(values, "login_timeout");
    out->idle_timeout = seconds(values, "idle_timeout");
    std::string banner(values.text("banner"));
    std::erase_if(banner, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    out->greeting = "+OK " + banner + "\r\n";
    const net::tls_certificate files{values.path("tls_certificate"), values.path("tls_key")};
    if (files.certificate_file.empty() != files.key_file.empty())
        return error{WP_INVALID, "tls_certificate and tls_key belong together; set both or none"};
    if (!files.certificate_file.empty()) {
        auto context = net::tls_context::load({&files, 1});
        if (!context)
            return context.failure();
        out->tls = *context;
    } else if (values.list("listen_tls").size() != 0) {
        return error{WP_INVALID, "listen_tls needs tls_certificate and tls_key"};
    }
    return std::shared_ptr<const settings>(std::move(out));
}

} // namespace waypost::pop3
