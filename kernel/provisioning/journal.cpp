// SPDX-License-Identifier: Apache-2.0
#include "provisioning/journal.hpp"

#include <fmt/format.h>

namespace waypost::kernel::provisioning {
namespace {

constexpr std::size_t map_size = std::size_t{4} << 30; // address space only

error failed(int code, std::string_view doing) {
    return {WP_TEMPFAIL, fmt::format("records of new domains: {}: {}", doing, mdb_strerror(code))};
}

MDB_val to_val(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
}

std::string_view view_of(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

/// Aborts unless it was committed. Single thread.
class transaction {
public:
    transaction(MDB_env* env, unsigned flags)
        : code_(mdb_txn_begin(env, nullptr, flags, &handle_)) {}
    ~transaction() {
        if (handle_ != nullptr)
            mdb_txn_abort(handle_);
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    int code() const noexcept { return code_; }
    MDB_txn* get() const noexcept { return handle_; }
    int commit() noexcept { return mdb_txn_commit(std::exchange(handle_, nullptr)); }

private:
    MDB_txn* handle_ = nullptr;
    int code_;
};

} // namespace

result<std::unique_ptr<journal>> journal::open(const std::filesystem::path& folder) {
    std::error_code trouble;
    std::filesystem::create_directories(folder, trouble);
    if (trouble)
        return error{WP_TEMPFAIL, fmt::format("{}: {}", folder.string(), trouble.message())};
    std::unique_ptr<journal> out(new journal);
    int code = mdb_env_create(&out->env_);
    if (code == 0)
        code = mdb_env_set_mapsize(out->env_, map_size);
    if (code == 0)
        code = mdb_env_open(out->env_, folder.c_str(), MDB_NOTLS, 0600);
    if (code != 0)
        return failed(code, "open");
    transaction in(out->env_, 0);
    code = in.code();
    if (code == 0)
        code = mdb_dbi_open(in.get(), nullptr, 0, &out->table_);
    if (code == 0)
        code = in.commit();
    if (code != 0)
        return failed(code, "open");
    return out;
}

journal::~journal() {
    if (env_ != nullptr)
        mdb_env_close(env_);
}

result<std::optional<domain_record>> journal::get(const std::string& domain) const {
    transaction in(env_, MDB_RDONLY);
    auto key = to_val(domain);
    MDB_val value{};
    const int code = in.code() != 0 ? in.code() : mdb_get(in.get(), table_, &key, &value);
    if (code == MDB_NOTFOUND)
        return std::optional<domain_record>();
    if (code != 0)
        return failed(code, "read");
    auto found = decode(domain, view_of(value));
    if (!found)
        return found.failure();
    return std::optional<domain_record>(*std::move(found));
}

result<void> journal::write(const std::string& domain, const std::string* text) {
    transaction in(env_, 0);
    auto key = to_val(domain);
    int code = in.code();
    if (code == 0 && text != nullptr) {
        auto value = to_val(*text);
        code = mdb_put(in.get(), table_, &key, &value, 0);
    } else if (code == 0) {
        code = mdb_del(in.get(), table_, &key, nullptr);
        code = code == MDB_NOTFOUND ? 0 : code;
    }
    if (code == 0)
        code = in.commit();
    return code == 0 ? result<void>() : failed(code, "write");
}

result<void> journal::put(const domain_record& one) {
    const auto text = encode(one);
    return write(one.domain, &text);
}

result<void> journal::erase(const std::string& domain) {
    return write(domain, nullptr);
}

result<std::vector<domain_record>> journal::all() const {
    std::vector<domain_record> out;
    transaction in(env_, MDB_RDONLY);
    MDB_cursor* cursor = nullptr;
    int code = in.code() != 0 ? in.code() : mdb_cursor_open(in.get(), table_, &cursor);
    if (code != 0)
        return failed(code, "read");
    MDB_val key{}, value{};
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        auto one = decode(view_of(key), view_of(value));
        if (!one) {
            mdb_cursor_close(cursor);
            return one.failure();
        }
        out.push_back(*std::move(one));
    }
    mdb_cursor_close(cursor);
    if (code != MDB_NOTFOUND)
        return failed(code, "read");
    return out;
}

} // namespace waypost::kernel::provisioning
