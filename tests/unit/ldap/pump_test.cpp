// SPDX-License-Identifier: Apache-2.0
// A full read on two threads: every batch arrives in order, and either side's failure ends both.
#include "pump.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace waypost::ldap {
namespace {

/// Hands over `count` batches.
std::function<result<void>()> reader(batch_pump& pump, int count) {
    return [&pump, count]() -> result<void> {
        auto batch = std::make_unique<entry_batch>(nullptr);
        for (int i = 0; i < count; ++i) {
            auto empty = pump.swap(std::move(batch));
            if (!empty)
                return empty.failure();
            batch = *std::move(empty);
        }
        return {};
    };
}

TEST(pump, every_batch_arrives) {
    batch_pump pump(nullptr);
    int seen = 0;
    EXPECT_TRUE(pump.run(reader(pump, 100), [&](entry_batch&) -> result<void> {
        ++seen;
        return {};
    }));
    EXPECT_EQ(seen, 100);
}

TEST(pump, the_first_error_ends_both) {
    batch_pump by_writer(nullptr);
    const auto full = by_writer.run(reader(by_writer, 100), [](entry_batch&) -> result<void> {
        return error{WP_PERMFAIL, "the disk is full"};
    });
    ASSERT_FALSE(full);
    EXPECT_EQ(full.failure().text, "the disk is full");
    batch_pump by_reader(nullptr);
    const auto lost = by_reader.run(
        [] {
            return result<void>(error{WP_TEMPFAIL, "it left"});
        },
        [](entry_batch&) { return result<void>(); });
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.failure().text, "it left");
}

TEST(pump, an_exception_is_an_error) {
    batch_pump by_writer(nullptr);
    EXPECT_FALSE(by_writer.run(reader(by_writer, 100), [](entry_batch&) -> result<void> {
        throw std::runtime_error("no memory");
    }));
    batch_pump by_reader(nullptr);
    EXPECT_FALSE(by_reader.run([]() -> result<void> { throw std::runtime_error("no memory"); },
                               [](entry_batch&) { return result<void>(); }));
}

} // namespace
} // namespace waypost::ldap
