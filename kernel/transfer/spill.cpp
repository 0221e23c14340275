// SPDX-License-Identifier: Apache-2.0
#include "transfer/spill.hpp"

#include "transfer/context.hpp"

#include <mutex>
#include <optional>

namespace waypost::kernel::transfer {

namespace {
constexpr std::size_t budget_step = 16u
                                    << 10; // reserved at a time, so that small messages ask once
}

/// Shared with the worker that writes.
struct spill::writer {
    explicit writer(log::large_message to) : file(std::move(to)) {}

    log::large_message file;
    std::string piece; // the worker's while `busy`
    std::mutex mutex;
    bool busy = false;
    std::optional<error> failed;
    std::function<void()> waiting;

    void write(bool last) {
        auto written = file.write(piece);
        if (written && last)
            written = file.finish();
        piece.clear();
        std::function<void()> call;
        {
            const std::lock_guard lock(mutex);
            if (!written)
                failed = written.failure();
            busy = false;
            call.swap(waiting);
        }
        if (call)
            call();
    }
};

spill::~spill() {
    unit_.budget.give(reserved_);
}

log::large_message* spill::file() noexcept {
    return writer_ ? &writer_->file : nullptr;
}

bool spill::reserve(std::size_t more) {
    const auto wanted = memory_.size() + more;
    if (wanted <= reserved_)
        return true;
    const auto step = (wanted - reserved_ + budget_step - 1) / budget_step * budget_step;
    if (!unit_.budget.take(step))
        return false;
    reserved_ += step;
    return true;
}

result<void> spill::start_file() {
    auto made = unit_.log->create_large();
    if (!made)
        return made.failure();
    writer_ = std::make_shared<writer>(std::move(*made));
    return {};
}

result<void> spill::append(std::string_view bytes) {
    const bool fits = memory_.size() + bytes.size() <= max_record_content;
    if (!writer_ && fits && reserve(bytes.size())) {
        memory_.append(bytes);
        return {};
    }
    if (!writer_)
        if (auto started = start_file(); !started)
            return started;
    const auto room = reserved_ >= 2 * piece_with_budget ? piece_with_budget : piece_without_budget;
    {
        const std::lock_guard lock(writer_->mutex);
        if (writer_->failed)
            return *writer_->failed;
        if (memory_.size() >= room && writer_->busy)
            return error(WP_BUSY, "the message is being written");
    }
    memory_.append(bytes);
    if (memory_.size() >= room)
        write_piece();
    return {};
}

void spill::write_piece() {
    {
        const std::lock_guard lock(writer_->mutex);
        if (writer_->busy)
            return;
        writer_->busy = true;
        writer_->piece.swap(memory_);
    }
    memory_.clear();
    unit_.settings.run_on_worker([at = writer_] { at->write(false); });
}

wp_status spill::ready(wp_done done) {
    if (!writer_)
        return WP_OK;
    const std::lock_guard lock(writer_->mutex);
    if (!writer_->busy)
        return WP_OK;
    writer_->waiting = [done] { done.fn(done.ctx, WP_OK, nullptr); };
    return WP_PENDING;
}

void spill::finish(std::function<void(result<void>)> then) {
    auto last = [this, at = writer_, then = std::move(then)] {
        {
            const std::lock_guard lock(at->mutex);
            at->busy = true;
            at->piece.swap(memory_);
        }
        unit_.settings.run_on_worker([at, then] {
            at->write(true);
            then(at->failed ? result<void>(*at->failed) : result<void>());
        });
    };
    {
        const std::lock_guard lock(writer_->mutex);
        if (writer_->busy) {
            writer_->waiting = std::move(last);
            return;
        }
    }
    last();
}

} // namespace waypost::kernel::transfer
