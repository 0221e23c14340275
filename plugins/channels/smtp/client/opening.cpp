// SPDX-License-Identifier: Apache-2.0
#include "client/opening.hpp"

#include "client/hosts.hpp"
#include "client/outbound.hpp"
#include "client/session.hpp"

#include <waypost/errors.hpp>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace waypost::smtp::client {

namespace {

constexpr std::int32_t rcode_nxdomain = 3; // RFC 1035 s4.1.1
constexpr std::chrono::seconds look_up_time{30};

std::int64_t unix_time_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void shuffle(std::span<mx_record> equal) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::shuffle(equal.begin(), equal.end(), random);
}

} // namespace

opening::opening(std::shared_ptr<outbound> owner, std::string hop, std::unique_ptr<delivery> what)
    : owner_(std::move(owner)), settings_(owner_->current()), hop_(std::move(hop)),
      delivery_(std::move(what)), use_tls_(settings_->tls != nullptr) {}

void opening::start() {
    auto parsed = parse_next_hop(hop_);
    if (!parsed)
        return fail(parsed.failure(), 0);
    target_ = std::move(*parsed);
    last_ = error(WP_TEMPFAIL, 451, 4, 4, 1, "no host of " + target_.name + " has an address");
    switch (target_.what) {
    case next_hop::kind::domain:
        return find_hosts();
    case next_hop::kind::host:
        hosts_ = {target_.name};
        return next_host();
    case next_hop::kind::address:
        host_ = target_.name;
        addresses_ = {*net::endpoint::tcp(target_.name, port())};
        return next_address();
    case next_hop::kind::local:
        host_ = settings_->hostname;
        if (auto at = net::endpoint::local(target_.name))
            addresses_ = {*at};
        return next_address();
    }
}

std::uint16_t opening::port() const noexcept {
    return target_.port != 0 ? target_.port : settings_->port;
}

// --- names ---

void opening::ask(const std::string& name, const char* type, answered then) {
    struct question {
        std::shared_ptr<opening> of;
        std::string name;
        std::string type;
        answered then;
        const wp_answer* answer = nullptr;
        wp_error why = empty_error();

        void end(wp_status status, const wp_error* told) {
            then(status, answer, from_error(status, told));
            if (answer != nullptr)
                of->owner_->resolver->release(of->owner_->host, answer);
        }
    };
    if (owner_->resolver == nullptr)
        return then(WP_TEMPFAIL, nullptr,
                    error(WP_TEMPFAIL, 451, 4, 4, 3,
                          "cannot look " + name + " up: no resolver is configured"));
    auto asked =
        std::make_unique<question>(question{shared_from_this(), name, type, std::move(then)});
    const wp_done done{[](void* ctx, wp_status status, const wp_error* told) {
                           const std::unique_ptr<question> mine(static_cast<question*>(ctx));
                           mine->end(status, told);
                       },
                       asked.get()};
    const auto deadline = unix_time_ns() + std::chrono::nanoseconds(look_up_time).count();
    const auto status =
        owner_->resolver->resolve(owner_->host, to_abi(asked->name), to_abi(asked->type), deadline,
                                  &asked->answer, &asked->why, done);
    if (status == WP_PENDING)
        static_cast<void>(asked.release()); // its completion has it
    else
        asked->end(status, &asked->why);
}

void opening::find_hosts() {
    ask(target_.name, "MX", [this](wp_status status, const wp_answer* answer, const error& why) {
        take_mx(status, answer, why);
    });
}

void opening::take_mx(wp_status status, const wp_answer* answer, const error& why) {
    if (status == WP_NOT_FOUND && answer != nullptr && answer->rcode == rcode_nxdomain)
        return fail(error(WP_PERMFAIL, 550, 5, 1, 2, "there is no domain " + target_.name), 0);
    if (status != WP_OK && status != WP_NOT_FOUND)
        return fail(error(WP_TEMPFAIL, 451, 4, 4, 3,
                          "cannot look the MX of " + target_.name + " up: " + why.text),
                    WP_REPORT_UNREACHABLE);
    std::vector<mx_record> records;
    for (std::uint64_t i = 0; status == WP_OK && i < answer->record_count; ++i) {
        const auto& one = element(answer->records, i);
        if (view(one.type) == "MX")
            if (auto parsed = parse_mx(view(one.data)))
                records.push_back(std::move(*parsed));
    }
    if (records.empty()) { // RFC 5321 s5.1: the domain itself
        hosts_ = {target_.name};
        return next_host();
    }
    auto ordered = order_hosts(
        target_.name, std::move(records),
        [this](std::string_view host) { return settings_->is_ours(host); }, shuffle);
    if (!ordered)
        return fail(ordered.failure(), 0);
    hosts_.assign(ordered->rbegin(), ordered->rend());
    next_host();
}

void opening::next_host() {
    if (hosts_.empty())
        return fail(last_, WP_REPORT_UNREACHABLE);
    host_ = std::move(hosts_.back());
    hosts_.pop_back();
    find_addresses(settings_->address_family == families::ipv6 ? families::ipv6 : families::ipv4);
}

/// IPv4 first, so that IPv6 ends up before it: the last one found is tried first.
void opening::find_addresses(families which) {
    ask(host_, which == families::ipv4 ? "A" : "AAAA",
        [this, which](wp_status status, const wp_answer* answer, const error& why) {
            if (status == WP_OK)
                take_addresses(answer);
            else if (status != WP_NOT_FOUND)
                last_ =
                    error(WP_TEMPFAIL, 451, 4, 4, 3, "cannot look " + host_ + " up: " + why.text);
            if (which == families::ipv4 && settings_->address_family == families::any)
                find_addresses(families::ipv6);
            else
                next_address();
        });
}

void opening::take_addresses(const wp_answer* answer) {
    for (std::uint64_t i = 0; i < answer->record_count && addresses_.size() < max_hosts; ++i) {
        const auto& one = element(answer->records, i);
        if (view(one.type) == "A" || view(one.type) == "AAAA")
            if (auto at = net::endpoint::tcp(view(one.data), port()))
                addresses_.push_back(*at);
    }
}

// --- connections ---

void opening::next_address() {
    if (addresses_.empty())
        return next_host();
    address_ = std::move(addresses_.back());
    addresses_.pop_back();
    use_tls_ = settings_->tls != nullptr;
    connect();
}

void opening::connect() {
    net::connection_options options;
    options.make_session = [self = shared_from_this()](net::connection& on) {
        return std::make_unique<client_session>(on, self);
    };
    net::connect(owner_->pool, *address_, settings_->connect_timeout, std::move(options),
                 [self = shared_from_this()](int number) {
                     self->last_ =
                         error(WP_TEMPFAIL, 451, 4, 4, 1,
                               "cannot connect to " + self->host_ + " (" + self->address_->text() +
                                   "): " + std::strerror(number));
                     self->next_address();
                 });
}

std::unique_ptr<delivery> opening::ready() {
    return std::move(delivery_);
}

void opening::refused(error why, bool in_clear) {
    last_ = std::move(why);
    if (in_clear) {
        use_tls_ = false;
        return connect();
    }
    next_address();
}

void opening::fail(const error& why, std::uint32_t flags) {
    owner_->failed(hop_, std::move(delivery_), why, flags);
}

} // namespace waypost::smtp::client
