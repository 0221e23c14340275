// SPDX-License-Identifier: Apache-2.0
// One unit of work for the committer: everything it puts into the group becomes durable together
// with the group. Intrusive, so that submitting allocates nothing: a session embeds its operation.
#pragma once

#include "log/group.hpp"
#include "log/position.hpp"

#include <waypost/result.hpp>

namespace waypost::kernel::log {

/// Stays in place from an accepted submit() until done(), which may destroy it.
class operation {
public:
    operation() = default;
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;
    virtual ~operation() = default;

    /// Puts records into the group, in submission order. On refusal nothing of it stays in the
    /// group, and nothing may stay staged in a consumer; other operations are not affected.
    /// [commit]
    virtual result<void> prepare(group& into) = 0;
    /// Durable and applied at `at`, or why not. [commit]
    virtual void done(const result<void>& outcome, position at) = 0;

    /// May wait for another operation's flush, a second at most; losing it in a crash does no harm.
    bool unsynced = false;
    /// What it will roughly write, for the limit on pending bytes.
    std::uint32_t expected_bytes = 0;

private:
    friend class committer;
    operation* next_ = nullptr;
    std::uint32_t charged_bytes_ = 0;
};

} // namespace waypost::kernel::log
