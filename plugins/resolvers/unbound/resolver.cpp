// SPDX-License-Identifier: Apache-2.0
#include "resolver.hpp"

#include "parse/rdata.hpp"

#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>

namespace waypost::unbound {

namespace {

constexpr int class_internet = 1;
constexpr int longest_sleep_ms = 60'000;

std::int64_t unix_time_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

error no_answer() {
    return {WP_TEMPFAIL, "the name servers did not answer in time"};
}

} // namespace

result<std::unique_ptr<resolver>> resolver::open(const settings& with) {
    std::unique_ptr<resolver> out(new resolver(with));
    out->unbound_ = ub_ctx_create();
    out->wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (out->unbound_ == nullptr || out->wake_ < 0)
        return error(WP_TEMPFAIL, "cannot set libunbound up: no memory or no descriptors");
    if (auto applied = apply(with, out->unbound_); !applied)
        return applied.failure();
    ub_ctx_async(out->unbound_, 1);
    out->thread_ = std::thread([self = out.get()] { self->run(); });
    ::pthread_setname_np(out->thread_.native_handle(), "unbound");
    return out;
}

resolver::~resolver() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    if (thread_.joinable()) {
        ::eventfd_write(wake_, 1);
        thread_.join();
    }
    if (unbound_ != nullptr)
        ub_ctx_delete(unbound_);
    if (wake_ >= 0)
        ::close(wake_);
}

wp_status resolver::resolve(std::string_view name, std::string_view type, std::int64_t deadline_ns,
                            const wp_answer** answer, wp_error* why, wp_done done) {
    if (!type_number(type))
        return fill_error(why, WP_INVALID, "there is no record type " + std::string(type));
    const auto latest = unix_time_ns() + std::chrono::nanoseconds(settings_.timeout).count();
    const asker who{answer, done, deadline_ns == 0 ? latest : std::min(deadline_ns, latest)};
    bool is_new = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_)
            return fill_error(why, WP_STOPPING, "the resolver is stopping");
        if (askers_ >= settings_.max_questions)
            return fill_error(why, WP_BUSY, "too many questions to the resolver at once");
        ++askers_;
        auto& asked = open_[{fold(name), std::string(type)}];
        if (!asked) {
            asked = std::make_unique<question>();
            asked->of = this;
            asked->name = fold(name);
            asked->type = type;
            new_.push_back(asked.get());
            is_new = true;
        }
        asked->askers.push_back(who);
    }
    if (is_new)
        ::eventfd_write(wake_, 1);
    return WP_PENDING;
}

void resolver::release(const wp_answer* answer) {
    delete static_cast<answer_box*>(answer->impl);
}

void resolver::run() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    const int answers = ub_fd(unbound_);
    for (;;) {
        std::array<pollfd, 2> waits{pollfd{answers, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
        ::poll(waits.data(), waits.size(), sleep_ms(unix_time_ns()));
        eventfd_t ignored = 0;
        ::eventfd_read(wake_, &ignored);
        ask_new();
        if ((waits[0].revents & POLLIN) != 0)
            ub_process(unbound_);
        {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                break;
        }
        expire(unix_time_ns());
    }
    expire(std::numeric_limits<std::int64_t>::max());
}

void resolver::ask_new() {
    std::vector<question*> fresh;
    {
        const std::lock_guard lock(mutex_);
        fresh.swap(new_);
    }
    for (auto* one : fresh) {
        const int code = ub_resolve_async(unbound_, one->name.c_str(), *type_number(one->type),
                                          class_internet, one, &resolver::answered, &one->id);
        if (code != 0)
            answered(*one, code, nullptr);
    }
}

int resolver::sleep_ms(std::int64_t now) const {
    const std::lock_guard lock(mutex_);
    std::int64_t next = now + std::int64_t{longest_sleep_ms} * 1'000'000;
    for (const auto& [asked, one] : open_)
        for (const auto& who : one->askers)
            next = std::min(next, who.deadline_ns);
    return static_cast<int>(std::max<std::int64_t>((next - now) / 1'000'000 + 1, 0));
}

/// Whose time is up hears so; a question that nobody waits for is taken back.
void resolver::expire(std::int64_t now) {
    std::vector<asker> late;
    const bool is_end = now == std::numeric_limits<std::int64_t>::max();
    {
        const std::lock_guard lock(mutex_);
        for (auto at = open_.begin(); at != open_.end();) {
            auto& askers = at->second->askers;
            const auto split =
                std::stable_partition(askers.begin(), askers.end(),
                                      [now](const asker& who) { return who.deadline_ns > now; });
            late.insert(late.end(), split, askers.end());
            askers.erase(split, askers.end());
            if (!askers.empty()) {
                ++at;
                continue;
            }
            ub_cancel(unbound_, at->second->id);
            at = open_.erase(at);
        }
        askers_ -= late.size();
    }
    for (const auto& who : late)
        is_end ? tell(who, WP_STOPPING, nullptr, error(WP_STOPPING, "the resolver is stopping"))
               : tell(who, WP_TEMPFAIL, nullptr, no_answer());
}

void resolver::answered(void* ctx, int code, ub_result* found) {
    auto& which = *static_cast<question*>(ctx);
    which.of->answered(which, code, found);
}

void resolver::answered(question& which, int code, ub_result* found) {
    const std::unique_ptr<ub_result, void (*)(ub_result*)> keep(
        found, [](ub_result* one) { ub_resolve_free(one); });
    std::unique_ptr<question> mine;
    {
        const std::lock_guard lock(mutex_);
        const auto at = open_.find({which.name, which.type});
        mine = std::move(at->second);
        open_.erase(at);
        askers_ -= mine->askers.size();
    }
    for (const auto& who : mine->askers) {
        error why(WP_TEMPFAIL, code != 0 ? ub_strerror(code) : "");
        answer_box* box = nullptr;
        const auto status =
            code != 0 || !found ? WP_TEMPFAIL : make_answer(*found, mine->type, box, why);
        tell(who, status, box, why);
    }
}

void resolver::tell(const asker& to, wp_status status, answer_box* box, const error& why) {
    *to.answer = box != nullptr ? &box->face : nullptr;
    auto told = empty_error();
    if (status != WP_OK)
        fill_error(&told, why);
    to.done.fn(to.done.ctx, status, status == WP_OK ? nullptr : &told);
}

} // namespace waypost::unbound
