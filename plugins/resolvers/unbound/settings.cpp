// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <unbound.h>

#include <filesystem>

namespace waypost::unbound {

namespace {

/// The root's keys as Debian's dns-root-data brings them.
constexpr const char* root_keys = "/usr/share/dns/root.key";

error failure(const std::string& what, int code) {
    return {WP_INVALID, what + ": " + ub_strerror(code)};
}

} // namespace

result<settings> read_settings(const config_view& values) {
    settings out;
    for (const std::string_view one : values.list("forward"))
        out.forward.emplace_back(one);
    for (const std::string_view one : values.list("stub")) {
        const auto equals = one.find('=');
        if (equals == std::string_view::npos)
            return error(WP_INVALID, "stub: \"" + std::string(one) +
                                         "\" is not zone=address@port, such as "
                                         "example.org=192.0.2.1@53");
        out.stub.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    }
    for (const std::string_view one : values.list("hosts"))
        out.hosts.emplace_back(one);
    for (const std::string_view one : values.list("trust_anchors"))
        out.trust_anchors.emplace_back(one);
    const auto dnssec = values.text("dnssec");
    if (dnssec != "validate" && dnssec != "off")
        return error(WP_INVALID,
                     "dnssec must be \"validate\" or \"off\", not \"" + std::string(dnssec) + "\"");
    out.validates = dnssec == "validate";
    out.trust_anchor_file = values.path("trust_anchor_file");
    std::error_code ignored;
    if (out.trust_anchor_file.empty() && out.trust_anchors.empty() &&
        std::filesystem::exists(root_keys, ignored))
        out.trust_anchor_file = root_keys;
    out.max_questions = static_cast<std::size_t>(values.integer("max_questions"));
    out.timeout = std::chrono::ceil<std::chrono::milliseconds>(values.duration("timeout"));
    return out;
}

result<void> apply(const settings& with, ub_ctx* to) {
    const auto option = [to](const char* name, const char* value) {
        return ub_ctx_set_option(to, name, value);
    };
    int code = option("do-not-query-localhost:", "no");
    if (code == 0 && !with.validates)
        code = option("module-config:", "iterator");
    if (code != 0)
        return failure("cannot set libunbound up", code);
    for (const auto& server : with.forward)
        if (code = ub_ctx_set_fwd(to, server.c_str()); code != 0)
            return failure("forward: \"" + server + "\"", code);
    for (const auto& [zone, server] : with.stub)
        if (code = ub_ctx_set_stub(to, zone.c_str(), server.c_str(), 0); code != 0)
            return failure(std::string("stub: ").append(zone).append("=").append(server), code);
    for (const auto& record : with.hosts)
        if (code = ub_ctx_data_add(to, record.c_str()); code != 0)
            return failure("hosts: \"" + record + "\"", code);
    if (!with.validates)
        return {};
    for (const auto& anchor : with.trust_anchors)
        if (code = ub_ctx_add_ta(to, anchor.c_str()); code != 0)
            return failure("trust_anchors: \"" + anchor + "\"", code);
    if (!with.trust_anchor_file.empty())
        if (code = ub_ctx_add_ta_file(to, with.trust_anchor_file.c_str()); code != 0)
            return failure("trust_anchor_file: " + with.trust_anchor_file, code);
    return {};
}

} // namespace waypost::unbound
