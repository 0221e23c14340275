// SPDX-License-Identifier: Apache-2.0
// Builds the next generation beside the serving one: entries of one backend as they come, those of
// the others from the current generation, all rows, then what changed meanwhile, then the swap
// (R5.2).
#pragma once

#include "directory/cache.hpp"

namespace waypost::kernel::directory {

/// Single thread at a time. Gone without commit: the half-built generation is removed.
class builder {
public:
    /// Waits until no other generation is being built. An empty backend: every entry is copied.
    static result<std::unique_ptr<builder>> start(cache& in, std::string backend);
    ~builder();

    result<void> put(const std::string& record);
    /// An entry that is unchanged since the current generation; WP_NOT_FOUND when it is not there.
    result<void> keep(std::string_view uuid);
    result<void> commit(std::string_view cookie);
    std::int64_t sequence() const noexcept { return sequence_; }

private:
    builder(cache& in, std::string backend) : cache_(in), backend_(std::move(backend)) {}
    result<void> open();
    result<void> copy_other_backends();
    result<void> replay_recorded();
    void write_meta(std::string_view cookie);
    result<void> problem(std::string_view doing) const;

    cache& cache_;
    std::string backend_;
    std::int64_t sequence_ = 0;
    generation* next_ = nullptr;
    std::unique_ptr<writer> tables_;
    std::unique_ptr<indexer> indexer_;
    bool committed_ = false;
};

} // namespace waypost::kernel::directory
