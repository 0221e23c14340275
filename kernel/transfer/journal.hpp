// SPDX-License-Identifier: Apache-2.0
// Gives store plugins the message log: which instance has which consumer number (for ever: the
// number is in the log), and the adapter that carries records to the plugin's
// wp.journal-consumer/1.
#pragma once

#include "log/consumer.hpp"

#include <waypost/abi/draft/journal.h>
#include <waypost/result.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::log {
class message_log;
}

namespace waypost::kernel::transfer {

/// A plugin instance that keeps state by the log.
class foreign_consumer final : public log::consumer {
public:
    foreign_consumer(log::consumer_id id, std::string name, const wp_host* host,
                     const wp_journal_consumer* facet, void* self);

    const wp_host* host() const noexcept { return host_; }
    void set_durable(log::position at) noexcept { durable_.store(at, std::memory_order_release); }

    void apply(log::position at, std::span<const log::record_view> records) override;
    void abandon() override { facet_->abandon(self_); }
    log::position applied() const override { return durable_.load(std::memory_order_acquire); }

private:
    const wp_host* host_;
    const wp_journal_consumer* facet_;
    void* self_;
    std::atomic<log::position> durable_;
    std::vector<wp_bytes> records_; // [commit]
};

/// Filled before the log opens; constant after.
class journal {
public:
    /// `file` keeps the numbers given out.
    explicit journal(std::filesystem::path file);

    result<void> attach(const std::string& instance, const wp_host* host,
                        const wp_journal_consumer* facet, void* self);
    foreign_consumer* of(const wp_host* host) const noexcept;
    std::vector<log::consumer*> consumers() const;

    log::message_log* log = nullptr;

private:
    result<log::consumer_id> number_of(const std::string& instance);
    result<void> keep(std::string_view names) const;

    std::filesystem::path file_;
    std::vector<std::unique_ptr<foreign_consumer>> consumers_;
};

} // namespace waypost::kernel::transfer
