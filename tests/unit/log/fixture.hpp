// SPDX-License-Identifier: Apache-2.0
// A message log in a temporary folder, with a consumer that remembers and operations that can be
// waited for.
#pragma once

#include "log/message_log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waypost::kernel::log {

/// Keeps the text of its journal records by position; checkpoints when told.
class memory_consumer : public consumer {
public:
    explicit memory_consumer(consumer_id id = 1) : consumer(id, "memory") {}

    void apply(position at, std::span<const record_view> records) override {
        const std::lock_guard hold(mutex_);
        for (const auto& one : records)
            seen_.emplace_back(one.bytes);
        last_ = at;
    }
    void abandon() override { ++abandoned; }
    position applied() const override { return checkpoint; }
    void checkpoint_wanted() override { ++wanted; }

    void save() { checkpoint = last_.load(); }
    std::vector<std::string> seen() const {
        const std::lock_guard hold(mutex_);
        return seen_;
    }
    void forget() {
        seen_.clear();
        last_ = checkpoint.load();
    }

    std::atomic<position> checkpoint{0};
    std::atomic<int> abandoned{0};
    std::atomic<int> wanted{0};

private:
    mutable std::mutex mutex_;
    std::vector<std::string> seen_;
    std::atomic<position> last_{0};
};

/// Puts one message with its references and a journal record; wait() gives the outcome.
class put_operation : public operation {
public:
    put_operation(std::string content, std::int32_t references = 1, std::string journal = {})
        : content_(std::move(content)), journal_(std::move(journal)), references_(references) {
        expected_bytes = static_cast<std::uint32_t>(content_.size());
    }

    result<void> prepare(group& into) override {
        const std::string_view pieces[] = {content_};
        id = into.put_message({"from <a@example.org>\nto <b@example.org>\n", pieces, file});
        if (references_ != 0)
            into.ref(id, references_);
        if (!journal_.empty())
            into.put_journal(1, journal_);
        if (refuse)
            return error(WP_DENIED, "refused");
        return {};
    }
    void done(const result<void>& outcome, position where) override {
        const std::lock_guard hold(mutex_);
        outcome_ = outcome;
        at = where;
        finished_ = true;
        changed_.notify_all();
    }
    const result<void>& wait() {
        std::unique_lock hold(mutex_);
        changed_.wait(hold, [this] { return finished_; });
        return outcome_;
    }

    message_id id = 0;
    position at = 0;
    bool refuse = false;
    large_message* file = nullptr;

private:
    std::string content_, journal_;
    std::int32_t references_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool finished_ = false;
    result<void> outcome_;
};

/// Changes references and writes a journal record, no message.
class change_operation : public put_operation {
public:
    change_operation(std::vector<reference> changes, std::string journal = {})
        : put_operation(""), changes_(std::move(changes)), text_(std::move(journal)) {}
    result<void> prepare(group& into) override {
        for (const auto& one : changes_)
            into.ref(one.message, one.delta);
        if (!text_.empty())
            into.put_journal(1, text_);
        return {};
    }

private:
    std::vector<reference> changes_;
    std::string text_;
};

class log_test : public testing::Test {
protected:
    log_test() {
        // In memory where there is such a place: hundreds of starts, each with several flushes.
        std::string name = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        name += "/waypost-log-XXXXXX";
        directory = ::mkdtemp(name.data());
        settings.directory = directory;
        settings.background = false;
        settings.index_map_bytes = std::size_t{64} << 20U;
    }
    ~log_test() override {
#ifdef WAYPOST_FAULTS
        file_faults::clear();
#endif
        close();
        std::filesystem::remove_all(directory);
    }

    result<void> try_open() {
        consumer* all[] = {&memory};
        auto opened = message_log::open(settings, all);
        if (!opened)
            return opened.failure();
        log = std::move(*opened);
        log->start();
        return {};
    }
    void open() {
        const auto outcome = try_open();
        ASSERT_TRUE(outcome) << outcome.failure().text;
    }
    /// Stops without any checkpoint and forgets what was in memory, as a kill would.
    void close() {
        log.reset();
    }
    void reopen() {
        close();
        memory.forget();
        open();
    }
    /// The outcome of one operation from submit to done.
    result<void> run(put_operation& work) {
        error why;
        if (const auto status = log->submit(work, &why); status != WP_PENDING)
            return why;
        return work.wait();
    }
    message_id put(const std::string& content, const std::string& journal = {},
                   std::int32_t references = 1) {
        put_operation work(content, references, journal);
        const auto outcome = run(work);
        EXPECT_TRUE(outcome) << outcome.failure().text;
        return work.id;
    }
    void change(std::vector<reference> changes, const std::string& journal = {}) {
        change_operation work(std::move(changes), journal);
        EXPECT_TRUE(run(work));
    }
    std::string read(message_id id) {
        const auto opened = log->messages().open(id);
        return opened ? std::string(view((*opened)->content())) : "error: " + opened.failure().text;
    }
    std::vector<std::filesystem::path> segments() const {
        return files("log");
    }
    std::vector<std::filesystem::path> files(const char* folder) const {
        std::vector<std::filesystem::path> all;
        for (const auto& one : std::filesystem::directory_iterator(directory / folder))
            all.push_back(one.path());
        std::sort(all.begin(), all.end());
        return all;
    }
    static std::string slurp(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void spill(const std::filesystem::path& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    }

    std::filesystem::path directory;
    options settings;
    memory_consumer memory;
    std::unique_ptr<message_log> log;
};

} // namespace waypost::kernel::log
