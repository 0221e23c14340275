// SPDX-License-Identifier: Apache-2.0
// A consistent view of one generation, for the length of one question or one batch: never kept
// across a wait. What it returns borrows from the map and ends with it. Neither opening one nor a
// lookup allocates or locks.
#pragma once

#include "directory/entry_record.hpp"
#include "directory/generation.hpp"
#include "directory/rows.hpp"

#include <functional>

namespace waypost::kernel::directory {

class cache;

/// Single thread. Several at a time in one thread are fine.
class reader {
public:
    reader(const cache& of, generation& in) noexcept;
    ~reader();
    reader(reader&& other) noexcept;
    reader& operator=(reader&&) = delete;

    /// False: LMDB gave no transaction; every lookup misses, and the answer is "try again later".
    bool ok() const noexcept { return slot_ != nullptr; }
    std::uint64_t generation_number() const noexcept { return generation_->number(); }

    /// Names are folded already. The row that counts, of several generators.
    route_view route(std::string_view domain) const noexcept;
    account_view alias(std::string_view address) const noexcept;
    account_view account(std::string_view uid_at_domain) const noexcept;
    domain_view domain(std::string_view name) const noexcept;
    /// By normalised DN.
    entry_view entry(std::string_view dn) const;
    entry_view entry_by_key(std::string_view key) const noexcept;
    /// Canonical name of the domain that an entry with this normalised DN belongs to; empty: none.
    std::string_view domain_of(std::string_view dn) const;

    /// All candidates for one name, the one that counts first. `visit` returns false to stop.
    void routes(std::string_view domain, const std::function<bool(const route_view&)>& visit) const;
    void aliases(std::string_view address,
                 const std::function<bool(const account_view&)>& visit) const;
    /// In name order, from the first that is not before `from`.
    void domains(std::string_view from, const std::function<bool(const domain_view&)>& visit) const;
    /// Below a normalised DN, parents before children.
    void entries(std::string_view below, const std::function<bool(const entry_view&)>& visit) const;
    /// A text of table meta.
    std::string_view meta(std::string_view key) const noexcept;
    std::size_t count(table of) const noexcept;
    /// Raw rows in key order; `visit` returns false to stop.
    void scan(table in, std::string_view from,
              const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

private:
    std::string_view get(table from, std::string_view key) const noexcept;
    std::string_view first(MDB_cursor* in, std::string_view name, std::size_t limit) const noexcept;

    const cache* cache_;
    generation* generation_;
    read_slot* slot_;
};

} // namespace waypost::kernel::directory
