// SPDX-License-Identifier: Apache-2.0
// Power cuts: whatever subset of unsynced writes survives, the log starts, holds everything that
// was acknowledged and nothing that was refused. The message index is not part of the trace: each
// start replays the whole log.
#include "../../unit/log/fixture.hpp"
#include "trace.hpp"

#include <cerrno>
#include <set>

namespace waypost::kernel::log {
namespace {

class powercut_test : public log_test {
protected:
    powercut_test() {
        settings.segment_bytes = 30'000;
        trace_ = directory.native() + ".trace";
        other_ = directory.native() + ".cut";
    }
    ~powercut_test() override {
        file_faults::record("");
        std::filesystem::remove(trace_);
        std::filesystem::remove_all(other_);
    }

    /// One message whose journal record is its name, told to the trace when answered.
    void deliver(const std::string& name, large_message* file = nullptr) {
        put_operation work(file ? "" : name + std::string(200 + serial_++ * 131 % 6000, 'x'), 1,
                           name);
        work.file = file;
        file_faults::note((run(work) ? "+" : "-") + name);
    }
    void deliver_large(const std::string& name) {
        auto large = log->create_large();
        ASSERT_TRUE(large);
        ASSERT_TRUE(large->write(name + std::string(20'000, 'x')));
        ASSERT_TRUE(large->finish());
        deliver(name, &*large);
    }
    void workload() {
        file_faults::record(trace_);
        open();
        for (int i = 0; i < 30; ++i) {
            const auto name = std::to_string(i);
            if (i % 7 == 3)
                file_faults::fail(file_faults::call::sync, 1, EIO);
            if (i % 11 == 5)
                file_faults::fail(file_faults::call::write, 1, ENOSPC);
            deliver("mail " + name);
            file_faults::clear();
            if (i % 5 == 2)
                deliver_large("large " + name);
            if (i % 13 == 12)
                reopen();
        }
        close();
        file_faults::record("");
    }
    /// Starts from the state after a cut and compares with what had been answered.
    void check(std::uint64_t seed, const std::vector<powercut::entry>& trace) {
        std::mt19937_64 random(seed);
        const auto end = random() % (trace.size() + 1);
        powercut::disk disk;
        std::set<std::string> acknowledged, refused;
        for (std::size_t i = 0; i < end; ++i) {
            disk.run(trace[i]);
            if (trace[i].what != powercut::entry::operation::remark)
                continue;
            (trace[i].data[0] == '+' ? acknowledged : refused).insert(trace[i].data.substr(1));
        }
        std::filesystem::remove_all(other_);
        disk.cut(random, directory, other_);
        settings.directory = other_;
        memory.forget();
        for (int start = 0; start < 2; ++start) { // the second start meets what the first one left
            const auto outcome = try_open();
            ASSERT_TRUE(outcome) << "seed " << seed << ": " << outcome.failure().text;
            expect(acknowledged, refused, seed);
            close();
            memory.forget();
        }
    }
    void expect(const std::set<std::string>& acknowledged, const std::set<std::string>& refused,
                std::uint64_t seed) {
        const auto seen = memory.seen();
        const std::set<std::string> there(seen.begin(), seen.end());
        EXPECT_EQ(there.size(), seen.size()) << "seed " << seed << ": something came twice";
        for (const auto& name : acknowledged)
            EXPECT_TRUE(there.contains(name)) << seed << ": lost " << name;
        for (const auto& name : refused)
            EXPECT_FALSE(there.contains(name)) << seed << ": back " << name;
        std::size_t readable = 0;
        for (message_id id = 1; id < log->messages().next_message(); ++id) {
            const auto text = read(id);
            readable += there.contains(text.substr(0, text.find('x')));
        }
        EXPECT_EQ(readable, there.size()) << "seed " << seed;
    }

    std::string trace_;
    std::filesystem::path other_;
    std::size_t serial_ = 0;
};

TEST_F(powercut_test, nothing_acknowledged_is_lost_and_nothing_refused_comes_back) {
    workload();
    const auto trace = powercut::read_trace(trace_);
    ASSERT_GT(trace.size(), 100U);
    for (std::uint64_t seed = 0; seed < 400 && !HasFatalFailure() && !HasFailure(); ++seed)
        check(seed, trace);
}

} // namespace
} // namespace waypost::kernel::log
