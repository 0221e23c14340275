// SPDX-License-Identifier: Apache-2.0
// wp.host.store/1: brings access plugins and delivery to the store of an account, so that neither
// links one.
#include "transfer/context.hpp"
#include "transfer/services.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::transfer {

namespace {

error no_store() {
    return {WP_TEMPFAIL, 451, 4, 3, 5, "no message store is configured"};
}

wp_status of(const wp_host*, const wp_principal*, const wp_store** store, void** self,
             wp_error* why) {
    const auto* found = current_context().channels.store();
    if (found == nullptr) {
        fill_error(why, no_store());
        return WP_TEMPFAIL;
    }
    *store = found->facet;
    *self = found->self;
    return WP_OK;
}

wp_status stage(const wp_host*, wp_group* group, const wp_delivery* deliveries, std::uint64_t count,
                wp_error* results) {
    const auto* found = current_context().channels.store();
    if (found == nullptr || !WP_HAS(found->facet, stage)) {
        for (std::uint64_t i = 0; i < count; ++i)
            fill_error(&results[i], no_store());
        return WP_TEMPFAIL;
    }
    return found->facet->stage(found->self, group, deliveries, count, results);
}

wp_status deliver(const wp_host*, const wp_delivery* deliveries, std::uint64_t count,
                  wp_content* content, wp_error* results, wp_error* why, wp_done done) {
    const auto* found = current_context().channels.store();
    if (found == nullptr || !WP_HAS(found->facet, deliver)) {
        fill_error(why, no_store());
        return WP_TEMPFAIL;
    }
    return found->facet->deliver(found->self, deliveries, count, content, results, why, done);
}

} // namespace

const wp_host_store store_service = {
    .struct_size = sizeof(wp_host_store),
    .reserved = 0,
    .of = of,
    .stage = stage,
    .deliver = deliver,
};

} // namespace waypost::kernel::transfer
