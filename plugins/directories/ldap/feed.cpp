// SPDX-License-Identifier: Apache-2.0
#include "feed.hpp"

#include <algorithm>

namespace waypost::ldap {
namespace {

constexpr std::size_t batch_size = 4096;

result<void> check(wp_status status, const wp_error& why) {
    return status == WP_OK ? result<void>() : from_error(status, &why);
}

} // namespace

result<feed_transaction> feed_transaction::begin(const wp_feed& into, std::int32_t kind) {
    auto why = empty_error();
    if (auto begun = check(into.begin(into.ctx, kind, &why), why); !begun)
        return begun.failure();
    return feed_transaction(into);
}

feed_transaction::~feed_transaction() {
    if (feed_ != nullptr)
        feed_->abort(feed_->ctx);
}

result<void> feed_transaction::entries(entry_batch& batch) {
    auto why = empty_error();
    const auto& all = batch.entries();
    if (all.empty())
        return {};
    return check(feed_->entries(feed_->ctx, all.data(), all.size(), &why), why);
}

result<void> feed_transaction::removed(const std::vector<std::string>& uuids) {
    std::vector<wp_entry> gone;
    gone.reserve(uuids.size());
    for (const auto& uuid : uuids)
        gone.push_back({sizeof(wp_entry), 0, {}, to_bytes(uuid), nullptr, 0});
    auto why = empty_error();
    if (gone.empty())
        return {};
    return check(feed_->removed(feed_->ctx, gone.data(), gone.size(), &why), why);
}

result<void> feed_transaction::removed_name(std::string_view dn) {
    const wp_entry gone{sizeof(wp_entry), 0, to_abi(dn), {}, nullptr, 0};
    auto why = empty_error();
    return check(feed_->removed(feed_->ctx, &gone, 1, &why), why);
}

result<void> feed_transaction::present(const std::vector<std::string>& uuids) {
    std::vector<wp_bytes> some;
    for (std::size_t from = 0; from < uuids.size(); from += batch_size) {
        some.clear();
        for (auto i = from; i < std::min(uuids.size(), from + batch_size); ++i)
            some.push_back(to_bytes(uuids[i]));
        auto why = empty_error();
        if (auto kept = check(feed_->present(feed_->ctx, some.data(), some.size(), &why), why);
            !kept)
            return kept;
    }
    return {};
}

result<void> feed_transaction::existing(std::int32_t what, std::string_view base,
                                        entry_batch& batch) {
    auto why = empty_error();
    const auto& all = batch.entries();
    return check(feed_->existing(feed_->ctx, what, to_abi(base), all.data(), all.size(), &why),
                 why);
}

result<void> feed_transaction::commit(std::string_view cookie) {
    auto why = empty_error();
    const auto* feed = std::exchange(feed_, nullptr);
    return check(feed->commit(feed->ctx, to_bytes(cookie), &why), why);
}

} // namespace waypost::ldap
