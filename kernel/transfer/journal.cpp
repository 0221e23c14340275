// SPDX-License-Identifier: Apache-2.0
#include "transfer/journal.hpp"

#include "log/file.hpp"
#include "log/message_log.hpp"
#include "transfer/services.hpp"
#include "transfer/staging.hpp"

#include <waypost/errors.hpp>

#include <fstream>

namespace waypost::kernel::transfer {

namespace {

constexpr log::consumer_id first_foreign = 16; // lower numbers are the kernel's

/// A plugin's operation on the log; ends itself.
class foreign_operation final : public log::operation {
public:
    using prepare_fn = wp_status (*)(void*, wp_group*, wp_error*);
    foreign_operation(prepare_fn call, void* ctx, wp_done done)
        : prepare_(call), ctx_(ctx), done_(done) {}

    result<void> prepare(log::group& into) override {
        auto why = empty_error();
        const auto status = prepare_(ctx_, to_abi(into), &why);
        return status == WP_OK ? result<void>() : result<void>(from_error(status, &why));
    }

    void done(const result<void>& outcome, log::position) override {
        const auto call = done_;
        auto told = empty_error();
        if (!outcome)
            fill_error(&told, outcome.failure());
        const auto status = outcome ? WP_OK : outcome.failure().status;
        delete this;
        call.fn(call.ctx, status, status == WP_OK ? nullptr : &told);
    }

private:
    prepare_fn prepare_;
    void* ctx_;
    wp_done done_;
};

wp_status put(const wp_host* host, wp_group* group, wp_bytes record) {
    const auto* consumer = current_journal().of(host);
    if (consumer == nullptr)
        return WP_UNSUPPORTED;
    from_abi(group).put_journal(consumer->id(), view(record));
    return WP_OK;
}

wp_status refer(const wp_host*, wp_group* group, std::uint64_t message, std::int64_t delta) {
    from_abi(group).ref(message, static_cast<std::int32_t>(delta));
    return WP_OK;
}

wp_status message(const wp_host*, wp_group* group, wp_str envelope, const wp_bytes* pieces,
                  std::uint64_t count, std::uint64_t* id) {
    std::vector<std::string_view> content;
    for (std::uint64_t i = 0; i < count; ++i)
        content.push_back(view(pieces[i]));
    *id = from_abi(group).put_message({.envelope = view(envelope), .content = content});
    return WP_OK;
}

wp_status submit(const wp_host*, wp_status (*prepare)(void*, wp_group*, wp_error*), void* ctx,
                 wp_done done) {
    auto work = std::make_unique<foreign_operation>(prepare, ctx, done);
    const auto status = current_journal().log->submit(*work);
    if (status == WP_PENDING)
        work.release();
    return status;
}

void checkpointed(const wp_host* host, std::uint64_t position) {
    auto& journal = current_journal();
    if (auto* consumer = journal.of(host)) {
        consumer->set_durable(position);
        if (journal.log != nullptr)
            journal.log->checkpointed();
    }
}

} // namespace

foreign_consumer::foreign_consumer(log::consumer_id id, std::string name, const wp_host* host,
                                   const wp_journal_consumer* facet, void* self)
    : log::consumer(id, std::move(name)), host_(host), facet_(facet), self_(self),
      durable_(facet->position(self)) {}

void foreign_consumer::apply(log::position at, std::span<const log::record_view> records) {
    records_.clear();
    for (const auto& record : records)
        records_.push_back(to_bytes(record.bytes));
    facet_->apply(self_, at, records_.data(), records_.size());
}

journal::journal(std::filesystem::path file) : file_(std::move(file)) {}

result<log::consumer_id> journal::number_of(const std::string& instance) {
    std::ifstream read(file_);
    std::string all;
    log::consumer_id next = first_foreign;
    for (std::string name; std::getline(read, name); ++next) {
        if (name == instance)
            return next;
        all.append(name).push_back('\n');
    }
    if (auto kept = keep(all.append(instance).append("\n")); !kept)
        return kept.failure();
    return next;
}

/// The numbers are in every record of the log: they must be on the disk before the first one.
result<void> journal::keep(std::string_view names) const {
    auto fresh = file_;
    fresh += ".new";
    if (auto gone = log::unlink_file(fresh); !gone)
        return gone;
    auto made = log::file::create(fresh);
    if (!made)
        return made.failure();
    if (auto written = made->write(names, 0); !written)
        return written;
    if (auto synced = made->sync(); !synced)
        return synced;
    if (auto renamed = log::rename_file(fresh, file_); !renamed)
        return renamed;
    return log::sync_directory(file_.parent_path());
}

result<void> journal::attach(const std::string& instance, const wp_host* host,
                             const wp_journal_consumer* facet, void* self) {
    const auto number = number_of(instance);
    if (!number)
        return number.failure();
    consumers_.push_back(std::make_unique<foreign_consumer>(*number, instance, host, facet, self));
    return {};
}

foreign_consumer* journal::of(const wp_host* host) const noexcept {
    for (const auto& consumer : consumers_)
        if (consumer->host() == host)
            return consumer.get();
    return nullptr;
}

std::vector<log::consumer*> journal::consumers() const {
    std::vector<log::consumer*> out;
    for (const auto& consumer : consumers_)
        out.push_back(consumer.get());
    return out;
}

const wp_host_journal journal_service = {
    .struct_size = sizeof(wp_host_journal),
    .reserved = 0,
    .put = put,
    .refer = refer,
    .message = message,
    .submit = submit,
    .checkpointed = checkpointed,
};

} // namespace waypost::kernel::transfer
