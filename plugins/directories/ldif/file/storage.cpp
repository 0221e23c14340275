// SPDX-License-Identifier: Apache-2.0
// Base and changes; see storage.hpp and changes.hpp.
#include "file/storage.hpp"

#include "file/digest.hpp"
#include "file/fault.hpp"
#include "parse/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace waypost::ldif {
namespace {

constexpr mode_t private_mode = 0600; // password hashes

error at(const std::string& path, const error& why) {
    return {why.status, path + ": " + why.text};
}

} // namespace

result<storage::content> storage::read() {
    auto base = read_file(path_);
    if (!base)
        return base.failure();
    auto changes = read_file(changes_path_);
    if (!changes)
        return changes.failure();
    auto digest = digest_of(base->text);
    auto pending = read_changes(changes->text, digest);
    if (!pending)
        return at(changes_path_, pending.failure());
    auto entries = load(base->text, owned_, limits_);
    if (!entries)
        return at(path_, entries.failure());
    base->text = {}; // big
    content out{std::move(*entries), 0, {}};
    if (auto ok = replay(*pending, out); !ok)
        return ok.failure();
    stamp_ = base->stamp;
    digest_ = std::move(digest);
    good_size_ = pending->good_size;
    return out;
}

// A change that does not apply (an editor made the same one, or removed its entry) is left out.
result<void> storage::replay(const pending_changes& from, content& to) const {
    for (const auto group : from.groups) {
        reader records(group, limits_);
        for (;;) {
            auto next = records.next();
            if (!next)
                return at(changes_path_, next.failure());
            if (!*next)
                break;
            ++to.pending;
            workspace one(to.entries);
            if (auto ok = apply(**next, owned_, one); !ok)
                to.warnings.push_back(ok.failure().text);
            else
                workspace::apply(one.changed(), to.entries);
        }
    }
    return {};
}

// Torn remains of a crash are cut off before the first append.
result<void> storage::open_changes() {
    if (changes_)
        return {};
    descriptor file(
        ::open(changes_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, private_mode));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(good_size_)) != 0)
        return system_error("write", changes_path_);
    if (good_size_ == 0) {
        const auto header = changes_header(digest_);
        if (auto ok = write_all(file.get(), header, changes_path_); !ok)
            return ok;
        if (auto ok = sync_folder_of(changes_path_); !ok)
            return ok;
        good_size_ = header.size();
    }
    changes_ = std::move(file);
    return {};
}

result<void> storage::append_bytes(std::string_view bytes) {
    if (auto ok = open_changes(); !ok)
        return ok;
    auto ok = write_all(changes_.get(), bytes, changes_path_);
    if (ok)
        fault_point("ldif.append.written");
    if (ok && ::fdatasync(changes_.get()) != 0)
        ok = system_error("flush", changes_path_);
    if (!ok) {
        changes_ = {}; // opened and cut again by the next append
        return ok;
    }
    fault_point("ldif.append.flushed");
    good_size_ += bytes.size();
    return {};
}

result<void> storage::append(std::string records) {
    append_commit(records);
    return append_bytes(records);
}

// Returns its digest.
result<std::string> storage::write_base(const tree& entries, const std::string& path) const {
    struct stat old {};
    const bool exists = ::stat(path_.c_str(), &old) == 0;
    const descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, private_mode));
    if (!file)
        return system_error("write", path);
    if (exists && ::fchmod(file.get(), old.st_mode & 0777) != 0)
        return system_error("write", path);
    digest sum;
    auto ok = save(entries, [&](std::string_view piece) {
        sum.add(piece);
        return write_all(file.get(), piece, path);
    });
    if (!ok)
        return ok.failure();
    fault_point("ldif.fold.written");
    if (::fsync(file.get()) != 0)
        return system_error("flush", path);
    fault_point("ldif.fold.flushed");
    return sum.finish();
}

result<void> storage::fold(const tree& entries) {
    const auto temporary = path_ + ".new";
    auto sum = write_base(entries, temporary);
    if (!sum) {
        ::unlink(temporary.c_str());
        return sum.failure();
    }
    if (auto ok = append_bytes(folded_line(*sum)); !ok)
        return ok;
    fault_point("ldif.fold.marked");
    if (base_changed()) {
        ::unlink(temporary.c_str());
        return error{WP_CONFLICT, path_ + " was changed by somebody else meanwhile"};
    }
    if (::rename(temporary.c_str(), path_.c_str()) != 0)
        return system_error("replace", path_);
    fault_point("ldif.fold.renamed");
    stamp_ = stamp_of(path_);
    digest_ = std::move(*sum);
    if (auto ok = sync_folder_of(path_); !ok)
        return ok;
    fault_point("ldif.fold.durable");
    // Everything is in the base; cutting may be lost by a power cut, which the "folded into" line
    // covers.
    changes_ = {};
    good_size_ = 0;
    auto ok = open_changes();
    fault_point("ldif.fold.emptied");
    return ok;
}

} // namespace waypost::ldif
