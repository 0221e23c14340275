// SPDX-License-Identifier: Apache-2.0
#include "daemon/public_lookup.hpp"

#include <waypost/errors.hpp>

#include <fmt/format.h>

#include <chrono>
#include <future>

namespace waypost::kernel::daemon {
namespace {

constexpr auto patience = std::chrono::seconds(10);

std::int64_t deadline_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               (std::chrono::system_clock::now() + patience).time_since_epoch())
        .count();
}

} // namespace

result<std::vector<std::string>> look_up(resolver_service& names, const std::string& name,
                                         const std::string& type) {
    std::promise<wp_status> promise;
    auto future = promise.get_future();
    const wp_done done{[](void* ctx, wp_status status, const wp_error*) {
                           static_cast<std::promise<wp_status>*>(ctx)->set_value(status);
                       },
                       &promise};
    const wp_answer* answer = nullptr;
    auto why = empty_error();
    auto status = names.resolve(to_abi(name), to_abi(type), deadline_ns(), &answer, &why, done);
    if (status == WP_PENDING)
        status = future.get();
    std::vector<std::string> out;
    bool bogus = false;
    if (answer != nullptr) {
        bogus = answer->security == WP_SECURITY_BOGUS;
        for (std::uint64_t i = 0; status == WP_OK && i < answer->record_count; ++i)
            out.emplace_back(view(element(answer->records, i).data));
        names.release(answer);
    }
    if (status == WP_UNSUPPORTED)
        return error{WP_UNSUPPORTED, "there is no resolver"};
    if (bogus || (status != WP_OK && status != WP_NOT_FOUND))
        return error{WP_TEMPFAIL, fmt::format("DNS has no valid answer for {} {}", name, type)};
    return out;
}

} // namespace waypost::kernel::daemon
