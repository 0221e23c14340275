// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace waypost::pdns {
namespace {

using nlohmann::json;

constexpr std::size_t longest_answer = std::size_t{1} << 20;
constexpr long created = 201, no_content = 204, ok = 200, conflict = 409, not_found = 404;
constexpr const char* zones_path = "/api/v1/servers/localhost/zones";

struct curl_deleter {
    void operator()(CURL* one) const noexcept { curl_easy_cleanup(one); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size * count > longest_answer)
        return 0;
    body.append(data, size * count);
    return size * count;
}

bool is_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

error refused(const std::string& doing, long code, const std::string& body) {
    const auto said = json::parse(body, nullptr, false);
    const auto text = said.is_object() ? said.value("error", std::string()) : std::string();
    return {code == 401 || code == 403 ? WP_DENIED
            : code >= 500              ? WP_TEMPFAIL
                                       : WP_PERMFAIL,
            doing + ": HTTP " + std::to_string(code) + (text.empty() ? "" : ", " + text)};
}

} // namespace

server::server(settings with) : settings_(std::move(with)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

result<server::answer> server::request(const char* method, const std::string& path,
                                       const std::string& body) const {
    const std::unique_ptr<CURL, curl_deleter> call(curl_easy_init());
    if (!call)
        return error{WP_TEMPFAIL, "no memory"};
    std::unique_ptr<curl_slist, curl_deleter> headers(
        curl_slist_append(nullptr, ("X-API-Key: " + settings_.key).c_str()));
    curl_slist_append(headers.get(), "Content-Type: application/json");
    answer out;
    const auto url = settings_.url + path;
    curl_easy_setopt(call.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(call.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call.get(), CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(call.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(call.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.timeout.count()));
    curl_easy_setopt(call.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(call.get(), CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(call.get(), CURLOPT_WRITEDATA, &out.body);
    if (!body.empty()) {
        curl_easy_setopt(call.get(), CURLOPT_POSTFIELDS, body.c_str());
        curl_easy_setopt(call.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    }
    if (const auto failed = curl_easy_perform(call.get()); failed != CURLE_OK)
        return error{WP_TEMPFAIL, settings_.url + ": " + curl_easy_strerror(failed)};
    curl_easy_getinfo(call.get(), CURLINFO_RESPONSE_CODE, &out.code);
    return out;
}

bool server::may_make(const std::string& name) const {
    return is_name(name) &&
           std::any_of(settings_.suffixes.begin(), settings_.suffixes.end(), [&](const auto& one) {
               return name.size() > one.size() && name.ends_with(one) &&
                      name[name.size() - one.size() - 1] == '.';
           });
}

result<server::owner> server::owner_of(const std::string& name) const {
    const auto shown = request("GET", zones_path + ("/" + name + ".?rrsets=false"), {});
    if (!shown)
        return shown.failure();
    if (shown->code == not_found)
        return owner::nobody;
    if (shown->code != ok)
        return refused("zone " + name, shown->code, shown->body);
    const auto zone = json::parse(shown->body, nullptr, false);
    const auto account = zone.is_object() ? zone.find("account") : zone.end();
    return account != zone.end() && *account == settings_.account ? owner::us : owner::others;
}

result<void> server::create_zone(const std::string& name) const {
    if (!may_make(name))
        return error{WP_DENIED, "zone " + name + " is below none of 'suffixes'"};
    const json wanted{{"name", name + "."},
                      {"kind", settings_.kind},
                      {"account", settings_.account},
                      {"nameservers", settings_.nameservers},
                      {"soa_edit_api", "DEFAULT"}};
    const auto made = request("POST", zones_path, wanted.dump());
    if (!made)
        return made.failure();
    if (made->code != created && made->code != conflict)
        return refused("zone " + name, made->code, made->body);
    if (made->code == conflict) {
        const auto whose = owner_of(name);
        if (!whose)
            return whose.failure();
        if (*whose != owner::us)
            return error{WP_EXISTS, "zone " + name + " was made by somebody else"};
    }
    if (settings_.update_key.empty())
        return {};
    // Again for a zone that is there: the step before may have been cut short here.
    const json allowed{{"metadata", {settings_.update_key}}};
    const auto set = request("PUT", zones_path + ("/" + name + "./metadata/TSIG-ALLOW-DNSUPDATE"),
                             allowed.dump());
    if (!set)
        return set.failure();
    return set->code == ok ? result<void>() : refused("zone " + name, set->code, set->body);
}

result<void> server::remove_zone(const std::string& name) const {
    if (!may_make(name))
        return error{WP_DENIED, "zone " + name + " is below none of 'suffixes'"};
    const auto whose = owner_of(name);
    if (!whose)
        return whose.failure();
    if (*whose != owner::us)
        return *whose == owner::nobody
                   ? result<void>()
                   : error{WP_CONFLICT, "zone " + name + " was made by somebody else"};
    const auto gone = request("DELETE", zones_path + ("/" + name + "."), {});
    if (!gone)
        return gone.failure();
    return gone->code == no_content || gone->code == not_found
               ? result<void>()
               : refused("zone " + name, gone->code, gone->body);
}

} // namespace waypost::pdns
