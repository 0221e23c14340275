// SPDX-License-Identifier: Apache-2.0
// A change on its way through the log: prepare on the committer, the caller's completion at the
// end.
#pragma once

#include "store.hpp"

#include <waypost/errors.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace waypost::lmdb {

/// Owns itself from submit() until the completion.
class operation {
public:
    using preparing = std::function<result<void>(wp_group*)>;
    /// What is left to do when the change is visible; its status is the call's.
    using finishing = std::function<wp_status(wp_error*)>;

    static wp_status submit(store& to, wp_error* why, wp_done done, preparing prepare,
                            finishing finish = {}) {
        std::unique_ptr<operation> made(
            new operation{std::move(prepare), std::move(finish), why, done});
        operation* raw = made.get();
        const wp_status status =
            to.journal().submit(to.host(), &operation::prepare, raw, {&operation::ended, raw});
        if (status == WP_PENDING) {
            made.release(); // ended() has it
            return WP_PENDING;
        }
        return status == WP_OK && raw->finish_
                   ? raw->finish_(why)
                   : fill_error(why, status, "the message log is closed");
    }

private:
    operation(preparing prepare, finishing finish, wp_error* why, wp_done done)
        : prepare_(std::move(prepare)), finish_(std::move(finish)), why_(why), done_(done) {}

    static wp_status prepare(void* ctx, wp_group* group, wp_error* why) {
        auto* self = static_cast<operation*>(ctx);
        return guard(why, [&] { return waypost::finish(self->prepare_(group), why); });
    }

    static void ended(void* ctx, wp_status status, const wp_error* failure) {
        const std::unique_ptr<operation> self(static_cast<operation*>(ctx));
        wp_error late = empty_error();
        if (status == WP_OK && self->finish_) {
            status = guard(&late, [&] { return self->finish_(&late); });
            failure = &late;
        }
        if (status != WP_OK && failure != nullptr)
            fill_error(self->why_, from_error(status, failure));
        self->done_.fn(self->done_.ctx, status, status == WP_OK ? nullptr : failure);
    }

    preparing prepare_;
    finishing finish_;
    wp_error* why_;
    wp_done done_;
};

} // namespace waypost::lmdb
