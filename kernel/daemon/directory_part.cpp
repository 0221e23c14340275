// SPDX-License-Identifier: Apache-2.0
#include "daemon/directory_part.hpp"

#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::daemon {
namespace {

constexpr int longest_retry = 10; // times the configured wait

error from_abi(wp_status status, const wp_error& why, std::string_view backend) {
    return {status,
            fmt::format("the directory {} cannot be read: {}", backend,
                        why.text[0] != '\0' ? std::string_view(why.text) : "no reason was given")};
}

} // namespace

directory_part::directory_part(directory::cache& cache, host::log_output& log, schedule times)
    : cache_(cache), log_(log), times_(times) {}

directory_part::~directory_part() {
    stop();
}

result<void> directory_part::connect(host::instance& backend) {
    auto made = std::make_unique<link>();
    made->backend = &backend;
    made->facet = backend.facet_as<wp_directory>(WP_DIRECTORY);
    if (made->facet == nullptr) {
        return error{WP_BUG, backend.name() + " says that it is a directory and is none"};
    }
    std::vector<std::string> bases;
    for (std::uint64_t i = 0; i < made->facet->base_count(backend.self()); ++i) {
        bases.emplace_back(view(made->facet->base(backend.self(), i)));
    }
    if (auto known = cache_.add_backend(backend.name(), bases); !known) {
        return known;
    }
    made->feed = std::make_unique<directory::feed>(cache_, backend.name());
    link& on = *made;
    links_.push_back(std::move(made));
    on.thread = std::thread([this, &on] { follow(on); });
    return {};
}

bool directory_part::wait_complete(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return stopping_ || cache_.is_complete(); });
}

result<void> directory_part::synchronise(std::int32_t kind, const std::string& base,
                                         const progress& tell) {
    bool owned = false;
    for (const auto& on : links_) {
        const auto& name = on->backend->name();
        if (!base.empty() && !cache_.is_of(name, base)) {
            continue;
        }
        owned = true;
        on->feed->set_progress([&](std::uint64_t entries) { tell(name, entries); });
        auto read = fill(*on, kind, base);
        on->feed->set_progress({});
        if (!read) {
            return read;
        }
    }
    return owned ? result<void>() : error{WP_NOT_FOUND, fmt::format("no directory owns {}", base)};
}

void directory_part::close_feeds() {
    for (const auto& on : links_) {
        on->feed->stop();
    }
}

void directory_part::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (const auto& on : links_) {
        if (on->thread.joinable()) {
            on->thread.join();
        }
    }
}

void directory_part::follow(link& on) {
    using clock = std::chrono::steady_clock;
    int failures = 0;
    bool watched = false;
    auto last_full = clock::now();
    for (;;) {
        const bool complete = cache_.progress_of(on.backend->name()).complete;
        result<void> read;
        if (!complete || (watched && clock::now() - last_full >= times_.full)) {
            read = fill(on, WP_READ_FULL);
            last_full = read ? clock::now() : last_full;
        } else if (!watched && watch(on)) {
            return; // the backend pushes from now on
        } else {
            watched = true; // asked once: it cannot
            read = fill(on, WP_READ_CHANGES);
        }
        changed_.notify_all();
        failures = read ? 0 : std::min(failures + 1, longest_retry);
        if (!read) {
            log_.write(WP_LOG_WARNING, on.backend->name(), read.failure().text);
        } else if (!complete) {
            continue;
        }
        if (!pause(read ? times_.incremental : times_.retry * failures)) {
            return;
        }
    }
}

result<void> directory_part::fill(link& on, std::int32_t kind, std::string_view base) {
    const auto last = cache_.progress_of(on.backend->name());
    wp_read request{};
    request.struct_size = sizeof request;
    request.kind = kind;
    request.cookie = to_bytes(last.cookie);
    request.since_ns = last.committed_ns;
    request.base = to_abi(base);
    wp_error why = empty_error();
    const wp_status status = on.facet->read(on.backend->self(), &request, on.feed->abi(), &why);
    return status == WP_OK ? result<void>() : from_abi(status, why, on.backend->name());
}

bool directory_part::watch(link& on) {
    const auto last = cache_.progress_of(on.backend->name());
    wp_error why = empty_error();
    const wp_status status =
        on.facet->watch(on.backend->self(), to_bytes(last.cookie), on.feed->abi(), &why);
    if (status != WP_OK && status != WP_UNSUPPORTED) {
        log_.write(WP_LOG_WARNING, on.backend->name(),
                   from_abi(status, why, on.backend->name()).text);
    }
    return status == WP_OK;
}

bool directory_part::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

} // namespace waypost::kernel::daemon
