// SPDX-License-Identifier: Apache-2.0
#include "directory/reader.hpp"

#include "directory/cache.hpp"
#include "directory/keys.hpp"

#include <waypost/dn.hpp>

namespace waypost::kernel::directory {

namespace {

MDB_val to_val(std::string_view text) noexcept {
    return {text.size(), const_cast<char*>(text.data())};
}

std::string_view to_view(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

} // namespace

reader::reader(const cache& of, generation& in) noexcept
    : cache_(&of), generation_(&in), slot_(in.take()) {}

reader::reader(reader&& other) noexcept
    : cache_(other.cache_), generation_(other.generation_), slot_(other.slot_) {
    other.generation_ = nullptr;
    other.slot_ = nullptr;
}

reader::~reader() {
    if (!generation_)
        return;
    generation_->give_back(slot_);
    cache_->leave(*generation_);
}

std::string_view reader::get(table from, std::string_view key) const noexcept {
    if (!slot_ || key.empty())
        return {};
    auto k = to_val(key);
    MDB_val v{};
    return mdb_get(slot_->txn, generation_->env().dbi(from), &k, &v) == 0 ? to_view(v)
                                                                          : std::string_view{};
}

std::string_view reader::first(MDB_cursor* in, std::string_view name,
                               std::size_t limit) const noexcept {
    char key[max_address + 1];
    if (name.empty() || name.size() > limit)
        return {};
    std::memcpy(key, name.data(), name.size());
    key[name.size()] = '\0';
    MDB_val k{name.size() + 1, key}, v{};
    if (mdb_cursor_get(in, &k, &v, MDB_SET_RANGE) != 0)
        return {};
    return to_view(k).starts_with(std::string_view(key, name.size() + 1)) ? to_view(v)
                                                                          : std::string_view{};
}

route_view reader::route(std::string_view name) const noexcept {
    return slot_ ? route_view(first(slot_->routes, name, max_domain)) : route_view{};
}

account_view reader::alias(std::string_view address) const noexcept {
    return slot_ ? account_view(first(slot_->aliases, address, max_address)) : account_view{};
}

account_view reader::account(std::string_view uid_at_domain) const noexcept {
    return slot_ ? account_view(first(slot_->accounts, uid_at_domain, max_address))
                 : account_view{};
}

domain_view reader::domain(std::string_view name) const noexcept {
    return name.size() > max_domain ? domain_view{} : domain_view(get(table::domains, name));
}

entry_view reader::entry_by_key(std::string_view key) const noexcept {
    return entry_view(get(table::entries, key));
}

entry_view reader::entry(std::string_view dn) const {
    return entry_by_key(entry_key(dn));
}

std::string_view reader::domain_of(std::string_view dn) const {
    for (dn = parent_dn(dn); !dn.empty(); dn = parent_dn(dn)) {
        const auto names = get(table::bases, entry_key(dn));
        if (!names.empty())
            return names.substr(0, names.find('\n'));
    }
    return {};
}

void reader::scan(table in, std::string_view from,
                  const std::function<bool(std::string_view, std::string_view)>& visit) const {
    if (!slot_)
        return;
    MDB_cursor* cursor = nullptr;
    if (mdb_cursor_open(slot_->txn, generation_->env().dbi(in), &cursor) != 0)
        return;
    auto k = to_val(from);
    MDB_val v{};
    int rc = mdb_cursor_get(cursor, &k, &v, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    for (; rc == 0 && visit(to_view(k), to_view(v));
         rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
    }
    mdb_cursor_close(cursor);
}

void reader::routes(std::string_view name,
                    const std::function<bool(const route_view&)>& visit) const {
    const auto prefix = std::string(name) + '\0';
    scan(table::routes, prefix,
         [&](auto key, auto value) { return key.starts_with(prefix) && visit(route_view(value)); });
}

void reader::aliases(std::string_view address,
                     const std::function<bool(const account_view&)>& visit) const {
    const auto prefix = std::string(address) + '\0';
    scan(table::aliases, prefix, [&](auto key, auto value) {
        return key.starts_with(prefix) && visit(account_view(value));
    });
}

void reader::domains(std::string_view from,
                     const std::function<bool(const domain_view&)>& visit) const {
    scan(table::domains, from, [&](auto, auto value) { return visit(domain_view(value)); });
}

void reader::entries(std::string_view below,
                     const std::function<bool(const entry_view&)>& visit) const {
    const auto prefix = subtree_prefix(below);
    scan(table::entries, prefix, [&](auto key, auto value) {
        if (!key.starts_with(prefix))
            return false;
        const entry_view entry(value);
        return !is_below(entry.normalised_dn(), below) || visit(entry);
    });
}

std::string_view reader::meta(std::string_view key) const noexcept {
    return get(table::meta, key);
}

std::size_t reader::count(table of) const noexcept {
    MDB_stat stat{};
    if (slot_)
        mdb_stat(slot_->txn, generation_->env().dbi(of), &stat);
    return stat.ms_entries;
}

} // namespace waypost::kernel::directory
