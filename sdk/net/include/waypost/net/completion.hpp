// SPDX-License-Identifier: Apache-2.0
// A wp_done whose answer arrives on the connection's io thread, however late and from whichever
// thread. It keeps connection and session alive until then, so that an answer after the peer left
// is harmless.
//
//   const wp_status status = tx->commit(tx, commit_.arm(connection_, &on_commit));
//   if (status == WP_PENDING) connection_.pause();
//   else handle(status, commit_.disarm());
#pragma once

#include <waypost/abi/base.h>
#include <waypost/net/connection.hpp>

#include <memory>

namespace waypost::net {

/// One call under way at a time. Member of a session. *strand*
class completion {
public:
    using handler = void (*)(session&, wp_status, const wp_error*);

    bool is_armed() const noexcept { return static_cast<bool>(keep_); }

    wp_done arm(connection& on, handler fn) noexcept {
        keep_ = on.ref();
        handler_ = fn;
        return {&completion::arrived, this};
    }

    /// The call returned its result at once: nothing will come.
    void disarm() noexcept { keep_.reset(); }

private:
    static void arrived(void* ctx, wp_status status, const wp_error* failure) {
        auto* self = static_cast<completion*>(ctx);
        self->status_ = status;
        if (failure !=
            nullptr) // borrowed, and the reader may know fewer or more members than the writer
            self->error_ = copy(*failure);
        self->keep_->post(&completion::deliver, self);
    }

    static std::unique_ptr<wp_error> copy(const wp_error& from) {
        auto out = std::make_unique<wp_error>();
        const auto size = from.struct_size < sizeof *out ? from.struct_size : sizeof *out;
        __builtin_memcpy(out.get(), &from, size);
        out->struct_size = static_cast<uint32_t>(size);
        return out;
    }

    static void deliver(session& to, void* arg) {
        auto* self = static_cast<completion*>(arg);
        const connection_ref keep = std::move(self->keep_);
        const auto failure = std::move(self->error_);
        self->handler_(to, self->status_, failure.get());
    }

    connection_ref keep_;
    handler handler_ = nullptr;
    wp_status status_ = WP_OK;
    std::unique_ptr<wp_error> error_;
};

} // namespace waypost::net
