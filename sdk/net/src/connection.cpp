// SPDX-License-Identifier: Apache-2.0
// Life of a connection and its public face.
#include "connection_impl.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace waypost::net {
namespace {

connection_impl& inside(connection& self) noexcept {
    return static_cast<connection_impl&>(self);
}
const connection_impl& inside(const connection& self) noexcept {
    return static_cast<const connection_impl&>(self);
}

} // namespace

connection_ref::connection_ref(connection& target) noexcept : target_(&target) {
    inside(target).add_reference();
}
connection_ref::connection_ref(const connection_ref& other) noexcept : target_(other.target_) {
    if (target_ != nullptr)
        inside(*target_).add_reference();
}
connection_ref::~connection_ref() {
    if (target_ != nullptr)
        inside(*target_).drop_reference();
}

connection_impl::connection_impl(io_thread& thread, int fd, connection_options& options)
    : is_socket_(options.is_socket), thread_(thread.shared_from_this()),
      descriptor_(thread.context, fd), admitted_by_(std::move(options.admitted_by)),
      remote_(options.peer) {}

connection_impl::~connection_impl() = default;

void connection_impl::drop_reference() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

void connection_impl::open(io_thread& thread, int fd, connection_options options) {
    connection_impl* self = nullptr;
    try {
        self = new connection_impl(thread, fd, options);
    } catch (const std::exception& failure) { // epoll is out of memory or watches
        thread.fault(failure.what());
        if (options.admitted_by)
            options.admitted_by->leave(options.peer);
        ::close(fd);
        thread.load.fetch_sub(1);
        return;
    }
    thread.attach(*self); // owns the first reference until shut()
    self->enter([&] {
        self->session_ = options.make_session(*self);
        if (options.implicit_tls) {
            self->starting_tls_ = options.implicit_tls->get();
            self->begin_handshake();
        } else {
            self->opened_ = true;
            self->session_->on_open();
        }
    });
}

void connection_impl::shut(close_reason reason) noexcept {
    if (stage_ == stage::closed)
        return;
    stage_ = stage::closed;
    if (tls_ && reason != close_reason::error)
        tls_->say_goodbye();
    tls_.reset();
    starting_tls_.reset();
    if (admitted_by_) // before the peer sees the end: it may connect again at once
        admitted_by_->leave(remote_);
    admitted_by_.reset();
    error_code ignored;
    descriptor_.close(ignored);
    output_.clear(thread_->chunks);
    release_held();
    thread_->wheel.remove(*this);
    thread_->detach(*this);
    if (session_)
        session_->on_closed(reason);
    drop_reference();
}

void connection_impl::settle() {
    for (int turns = 0; stage_ == stage::open; ++turns) {
        while (redeliver_ && wants_input())
            deliver_held();
        flush();
        if (tell_sent_ && output_.empty() && stage_ == stage::open && !finishing_) {
            tell_sent_ = false;
            session_->on_sent();
            if (turns < limits::reads_in_a_row)
                continue;
            want_write_ = want_write_ || !output_.empty(); // the others' turn
        }
        if (!redeliver_ || !wants_input())
            break;
    }
    if (stage_ == stage::open && output_.empty()) {
        if (finishing_)
            begin_finish();
        else if (starting_tls_)
            begin_handshake();
    }
    arm();
}

void connection_impl::deliver_post(void (*fn)(session&, void*), void* arg) {
    if (stage_ != stage::closed) {
        enter([&] { fn(*session_, arg); });
        return;
    }
    try {
        fn(*session_, arg);
    } catch (const std::exception& bug) {
        thread_->fault(bug.what());
    }
}

void connection_impl::expire() {
    enter([this] {
        if (stage_ == stage::open && !finishing_ && opened_) {
            timeout_set_ = false;
            session_->on_timeout();
            if (timeout_set_ || finishing_)
                return;
        }
        shut(close_reason::timeout);
    });
}

void connection_impl::drain() {
    enter([this] {
        if (stage_ == stage::open && opened_ && !finishing_)
            session_->on_drain();
    });
}

// --- public face ---

void connection::write(std::string_view bytes) {
    auto& self = inside(*this);
    if (self.stage_ == connection_impl::stage::open && !self.finishing_)
        self.output_.append(self.thread_->chunks, bytes);
}

void connection::send(std::span<const iovec> pieces, std::shared_ptr<const void> keep) {
    auto& self = inside(*this);
    if (self.stage_ == connection_impl::stage::open && !self.finishing_)
        self.output_.refer(self.thread_->chunks, pieces, std::move(keep));
}

std::size_t connection::output_size() const noexcept {
    return inside(*this).output_.size();
}
bool connection::output_full() const noexcept {
    return output_size() > limits::output_bytes;
}
void connection::notify_when_sent() {
    inside(*this).tell_sent_ = true;
}
void connection::pause() noexcept {
    inside(*this).paused_ = true;
}
bool connection::is_paused() const noexcept {
    return inside(*this).paused_;
}

void connection::resume() noexcept {
    auto& self = inside(*this);
    if (!self.paused_)
        return;
    self.enter([&] {
        self.paused_ = false;
        self.read_again_ = self.read_again_ || self.tls_ != nullptr;
    });
}

bool connection::is_secure() const noexcept {
    const auto& self = inside(*this);
    return self.tls_ != nullptr && self.stage_ != connection_impl::stage::handshake;
}

tls_info connection::tls() const {
    const auto& self = inside(*this);
    return self.tls_ ? self.tls_->info() : tls_info{};
}

bool connection::export_keying_material(std::string_view label,
                                        std::span<unsigned char> out) const {
    const auto& self = inside(*this);
    return self.tls_ && self.tls_->export_keying_material(label, out);
}

void connection::expire_after(std::chrono::seconds time) noexcept {
    auto& self = inside(*this);
    if (self.stage_ == connection_impl::stage::closed)
        return;
    self.timeout_set_ = true;
    self.fixed_timeout_ = false;
    self.timeout_ticks_ = static_cast<std::uint32_t>(time.count());
    self.thread_->wheel.set(self, self.timeout_ticks_);
}

void connection::expire_at_last_after(std::chrono::seconds time) noexcept {
    expire_after(time);
    inside(*this).fixed_timeout_ = true;
}

void connection::finish() noexcept {
    auto& self = inside(*this);
    if (self.stage_ != connection_impl::stage::closed)
        self.enter([&] { self.finishing_ = true; });
}

void connection::close(close_reason reason) noexcept {
    auto& self = inside(*this);
    self.enter([&] { self.shut(reason); });
}

bool connection::is_open() const noexcept {
    return inside(*this).stage_ != connection_impl::stage::closed;
}
bool connection::is_finishing() const noexcept {
    return inside(*this).finishing_;
}
const address& connection::remote() const noexcept {
    return inside(*this).remote_;
}
std::size_t connection::thread_index() const noexcept {
    return inside(*this).thread_->index;
}

address connection::local() const {
    // native_handle() is not const in Asio, but asks nothing of the descriptor.
    auto& self = const_cast<connection_impl&>(inside(*this));
    return address::local_of(self.descriptor_.native_handle());
}

void connection::post(void (*fn)(session&, void*), void* arg) {
    // Once the letter is in the box, this object may go at any moment; the thread must not.
    const std::shared_ptr<io_thread> thread = inside(*this).thread_;
    thread->post(connection_ref(*this), fn, arg);
}

} // namespace waypost::net
