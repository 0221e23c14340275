// SPDX-License-Identifier: Apache-2.0
#include "client/outbound.hpp"

#include "client/opening.hpp"
#include "client/session.hpp"

#include <algorithm>
#include <utility>

namespace waypost::smtp::client {

namespace {

error stopping() {
    return {WP_STOPPING, 451, 4, 3, 2, "the service is stopping"};
}

} // namespace

outbound::outbound(const wp_host* at, const wp_host_jobs* jobs, const wp_host_resolver* names,
                   logger lines, net::io_pool& on)
    : host(at), resolver(names), log(lines), pool(on), jobs_(jobs) {}

void outbound::set(std::shared_ptr<const settings> next) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(next);
}

std::shared_ptr<const settings> outbound::current() const {
    const std::lock_guard lock(mutex_);
    return settings_;
}

wp_status outbound::deliver(const wp_job* job, wp_done done) {
    auto what = std::make_unique<delivery>(host, jobs_, job, done);
    if (auto opened = what->open(); !opened) {
        what->report_rest(opened.failure(), 0);
        return WP_PENDING;
    }
    const auto with = current();
    place(with->smart_host.empty() ? std::string(view(job->next_hop)) : with->smart_host,
          std::move(what));
    return WP_PENDING;
}

void outbound::place(const std::string& hop, std::unique_ptr<delivery> what) {
    net::connection_ref idle;
    {
        const std::lock_guard lock(mutex_);
        if (draining_) {
            what->report_rest(stopping(), 0);
            return;
        }
        auto& at = hops_[hop];
        if (!at.idle.empty()) {
            idle = at.idle.back()->connection;
            at.idle.back()->given = std::move(what);
            at.idle.pop_back();
        } else if (at.open >= settings_->max_connections_per_hop ||
                   open_ >= settings_->max_connections) {
            at.waiting.push_back(std::move(what));
            if (at.open == 0)
                hungry_.push_back(hop);
            return;
        } else {
            ++at.open;
            ++open_;
        }
    }
    if (what)
        open(hop, std::move(what));
    else
        idle->post(&client_session::woken, nullptr);
}

void outbound::open(const std::string& hop, std::unique_ptr<delivery> what) {
    std::make_shared<opening>(shared_from_this(), hop, std::move(what))->start();
}

std::unique_ptr<delivery> outbound::next(const std::shared_ptr<seat>& of) {
    const std::lock_guard lock(mutex_);
    auto& at = hops_[of->hop];
    if (at.waiting.empty()) {
        at.idle.push_back(of);
        return nullptr;
    }
    auto out = std::move(at.waiting.front());
    at.waiting.pop_front();
    return out;
}

std::unique_ptr<delivery> outbound::given(seat& to) {
    const std::lock_guard lock(mutex_);
    return std::move(to.given);
}

void outbound::leave(const std::shared_ptr<seat>& of) {
    std::unique_ptr<delivery> unseen;
    {
        const std::lock_guard lock(mutex_);
        unseen = std::move(of->given);
        std::erase(hops_[of->hop].idle, of);
    }
    give_up_place(of->hop);
    if (unseen)
        place(of->hop, std::move(unseen));
}

void outbound::give_up_place(const std::string& hop) {
    std::string next = hop;
    std::unique_ptr<delivery> what;
    {
        const std::lock_guard lock(mutex_);
        auto at = hops_.find(hop);
        --at->second.open;
        --open_;
        if (at->second.waiting.empty()) {
            forget_if_empty(at);
            at = hops_.end();
            while (at == hops_.end() && !hungry_.empty()) {
                next = std::move(hungry_.front());
                hungry_.pop_front();
                at = hops_.find(next);
                if (at != hops_.end() && at->second.waiting.empty())
                    at = hops_.end();
            }
        }
        if (at == hops_.end() || draining_)
            return;
        what = std::move(at->second.waiting.front());
        at->second.waiting.pop_front();
        ++at->second.open;
        ++open_;
    }
    open(next, std::move(what));
}

void outbound::forget_if_empty(std::map<std::string, hop_state>::iterator at) {
    if (at->second.open == 0 && at->second.waiting.empty())
        hops_.erase(at);
}

void outbound::failed(const std::string& hop, std::unique_ptr<delivery> of, const error& why,
                      std::uint32_t flags) {
    std::deque<std::unique_ptr<delivery>> fellows;
    {
        const std::lock_guard lock(mutex_);
        auto& at = hops_[hop];
        if (at.open == 1)
            fellows.swap(at.waiting);
    }
    of->report_rest(why, flags);
    of.reset();
    for (auto& one : fellows)
        one->report_rest(why, flags);
    fellows.clear();
    give_up_place(hop);
}

void outbound::again(const std::string& hop, std::unique_ptr<delivery> of) {
    of->was_tried = true;
    place(hop, std::move(of));
}

void outbound::drain() {
    std::vector<std::unique_ptr<delivery>> waiting;
    {
        const std::lock_guard lock(mutex_);
        draining_ = true;
        for (auto& [name, at] : hops_)
            for (auto& one : at.waiting)
                waiting.push_back(std::move(one));
        for (auto& [name, at] : hops_)
            at.waiting.clear();
    }
    for (auto& one : waiting)
        one->report_rest(stopping(), 0);
}

} // namespace waypost::smtp::client
