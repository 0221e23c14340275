// SPDX-License-Identifier: Apache-2.0
// Who keeps state by the log: the queue, a store. A consumer stages what it decides in an
// operation's prepare(), makes it visible in apply(), writes it to its own database now and then (a
// checkpoint, with the position in the same transaction), and gets the records after that
// checkpoint again when the daemon starts.
#pragma once

#include "log/format.hpp"
#include "log/position.hpp"

#include <span>
#include <string>
#include <utility>

namespace waypost::kernel::log {

class consumer {
public:
    /// Number and name are for ever: the number is in the log.
    consumer(consumer_id id, std::string name) : id_(id), name_(std::move(name)) {}
    consumer(const consumer&) = delete;
    consumer& operator=(const consumer&) = delete;
    virtual ~consumer() = default;

    /// A durable group's records for this consumer, in log order. [commit], and at start
    virtual void apply(position at, std::span<const record_view> records) = 0;
    /// The group being prepared failed: drop everything staged and not applied. [commit]
    virtual void abandon() {}
    /// The position of the durable checkpoint. [any]
    virtual position applied() const = 0;
    /// The log is long: write a checkpoint soon, elsewhere, then call message_log::checkpointed().
    /// [any]
    virtual void checkpoint_wanted() {}

    consumer_id id() const noexcept { return id_; }
    const std::string& name() const noexcept { return name_; }

private:
    consumer_id id_;
    std::string name_;
};

} // namespace waypost::kernel::log
