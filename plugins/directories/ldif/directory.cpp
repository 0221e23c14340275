// SPDX-License-Identifier: Apache-2.0
// Start, reading, watching; see directory.hpp. Writing is in directory_write.cpp.
#include "directory.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::ldif {
namespace {

// A wrong base is refused by start().
bases normalised(const std::vector<std::string>& names) {
    bases out;
    for (const auto& name : names)
        if (auto dn = normalise_dn(name))
            out.push_back(std::move(*dn));
    if (names.empty())
        out.emplace_back();
    return out;
}

} // namespace

directory::leadership::leadership(directory& of) : of_(of) {
    std::unique_lock lock(of_.queue_mutex_);
    ++of_.asking_;
    of_.queue_moved_.wait(lock, [&] { return !of_.led_; });
    --of_.asking_;
    of_.led_ = true;
}

directory::leadership::~leadership() {
    const std::lock_guard lock(of_.queue_mutex_);
    of_.led_ = false;
    of_.queue_moved_.notify_all();
}

directory::directory(options with, logger log)
    : options_(std::move(with)), log_(log), base_names_(options_.bases),
      bases_(normalised(options_.bases)), storage_(options_.file, bases_, options_.most) {
    if (base_names_.empty())
        base_names_.emplace_back();
}

result<void> directory::start() {
    for (const auto& name : options_.bases)
        if (auto dn = normalise_dn(name); !dn)
            return error{WP_INVALID, "key bases: " + dn.failure().text};
    // From here on no change is missed; the thread waits for its turn.
    const leadership lead(*this);
    if (auto ok = watcher_.start(options_.file, [this](bool event) { return background(event); });
        !ok)
        return ok;
    auto content = storage_.read();
    if (!content)
        return content.failure();
    for (const auto& warning : content->warnings)
        log_.warning("a pending change does not apply to the file and is left out",
                     {{"why", warning}});
    publish(std::move(content->entries));
    if (content->pending > 0)
        fold();
    log_.info("directory read",
              {{"file", options_.file}, {"entries", std::to_string(tree_.size())}});
    return {};
}

void directory::stop() {
    watcher_.stop();
    const leadership lead(*this);
    feed_.reset();
    live_ = false;
}

std::size_t directory::size() const {
    const std::shared_lock lock(tree_mutex_);
    return tree_.size();
}

void directory::publish(tree&& fresh) {
    tree old = std::move(fresh);
    {
        const std::unique_lock lock(tree_mutex_);
        std::swap(tree_, old);
    } // the old entries are freed outside of the lock
}

std::vector<entry> directory::snapshot(std::string_view base) const {
    std::vector<entry> out;
    const std::shared_lock lock(tree_mutex_);
    out.reserve(base.empty() ? tree_.size() : 0);
    tree_.each([&](const entry& one) {
        if (is_within(one.normalised(), base))
            out.push_back(one);
    });
    return out;
}

result<void> directory::read(const wp_read& wanted, const wp_feed& feed) {
    const auto base = normalise_dn(view(wanted.base));
    if (!base)
        return base.failure();
    const leadership lead(*this);
    transaction all;
    all.cookie = storage_.cookie();
    const bool current = wanted.kind == WP_READ_CHANGES && view(wanted.cookie) == all.cookie;
    all.kind = current || !base->empty() ? WP_FEED_CHANGES : WP_FEED_FULL;
    if (!current)
        all.entries = snapshot(*base);
    return push(feed, all);
}

result<void> directory::watch(wp_bytes cookie, const wp_feed& feed) {
    {
        const leadership lead(*this);
        feed_ = feed;
        feed_cookie_.assign(view(cookie));
        live_ = false;
    }
    watcher_.nudge();
    return {};
}

// On the watcher's thread. False: try again in a second. The file is read when it was closed, never
// at other times: half of a file that is still being written may look like a good one.
bool directory::background(bool file_event) {
    const leadership lead(*this);
    bool fine = true;
    stale_ = stale_ || file_event;
    if (stale_ && storage_.base_changed())
        fine = reload();
    stale_ = !fine;
    fine = resume_feed() && fine;
    return fold_if_due() && fine;
}

bool directory::resume_feed() {
    if (!feed_ || live_)
        return true;
    transaction all{WP_FEED_FULL, {}, {}, storage_.cookie()};
    if (all.cookie != feed_cookie_) {
        all.entries = snapshot({});
        if (auto ok = push(*feed_, all); !ok) {
            log_.warning("the directory cache did not take the entries; trying again",
                         {{"why", ok.failure().text}});
            return false;
        }
    }
    live_ = true;
    feed_->live(feed_->ctx, 1);
    return true;
}

void directory::lost_feed(const error& why) {
    log_.warning("the directory cache did not take a change; it gets everything again",
                 {{"why", why.text}});
    feed_->live(feed_->ctx, 0);
    live_ = false;
    feed_cookie_.clear();
    watcher_.nudge();
}

// An editor saved the file: the difference goes out as one transaction. A broken file changes
// nothing.
bool directory::reload() {
    const read_lease quiet(options_.file);
    if (quiet.is_being_written())
        return false; // its end is the next event, or the next try
    const auto stamp = stamp_of(options_.file);
    if (stamp == refused_)
        return true;
    if (stamp.size < 0) {
        refused_ = stamp;
        log_.error("the directory's file is gone; serving its last content",
                   {{"file", options_.file}});
        return true;
    }
    auto content = storage_.read();
    if (!content) {
        refused_ = stamp;
        log_.error("the changed directory file is refused; serving its last good content",
                   {{"why", content.failure().text}});
        return content.failure().status != WP_TEMPFAIL;
    }
    refused_ = {};
    for (const auto& warning : content->warnings)
        log_.warning("a pending change does not apply to the changed file and is left out",
                     {{"why", warning}});
    transaction difference;
    content->entries.each([&](const entry& one) {
        const auto* old = tree_.find(one.normalised());
        if (!old || !old->same_content(one))
            difference.entries.push_back(one);
    });
    tree_.each([&](const entry& one) {
        if (!content->entries.find(one.normalised()))
            difference.removed.emplace_back(one.dn());
    });
    std::sort(difference.entries.begin(), difference.entries.end(),
              [](const entry& a, const entry& b) { return a.order < b.order; });
    difference.cookie = storage_.cookie();
    publish(std::move(content->entries));
    log_.info("directory file changed", {{"changed", std::to_string(difference.entries.size())},
                                         {"removed", std::to_string(difference.removed.size())}});
    if (!feed_ || !live_)
        return true;
    if (auto ok = push(*feed_, difference); !ok)
        lost_feed(ok.failure());
    return true;
}

// Growth is measured against the file's own size too: a fold writes all of it.
bool directory::is_fold_due() const {
    const std::shared_lock lock(tree_mutex_);
    return storage_.changes_size() > std::max(options_.fold_after, storage_.base_size() / 8);
}

bool directory::fold_if_due() {
    return !is_fold_due() || fold();
}

bool directory::fold() {
    watcher_.expect_rename();
    auto ok = storage_.fold(tree_);
    if (ok)
        return true;
    watcher_.forget_rename();
    log_.warning("the changes stay beside the file for now", {{"why", ok.failure().text}});
    return false;
}

result<void> directory::authenticate(std::string_view dn, std::string_view secret) {
    const auto name = normalise_dn(dn);
    if (!name)
        return error{WP_INVALID, name.failure().text};
    entry found;
    bool cleartext = false;
    {
        const std::shared_lock lock(tree_mutex_);
        if (const auto* one = tree_.find(*name))
            found = *one;
        cleartext = options_.allow_cleartext;
    }
    if (!found)
        return error{WP_NOT_FOUND, "there is no such entry"};
    for (const auto stored : found.values("userpassword")) {
        const auto verdict = verify_password(stored, secret, cleartext);
        if (verdict == WP_OK)
            return {};
        if (verdict == WP_UNSUPPORTED)
            log_.warning(
                "a password value that is no known hash was not looked at (key allow_cleartext)",
                {{"dn", dn}});
    }
    return error{WP_DENIED, "wrong password"};
}

result<void> directory::lookup(std::string_view key, const wp_feed& feed) {
    constexpr std::string_view names[] = {"mail", "mailalternateaddress", "mailequivalentaddress",
                                          "uid"};
    transaction out;
    const leadership lead(*this);
    for (auto& one : snapshot({})) {
        bool hit = false;
        one.each([&](std::string_view name, std::string_view value) {
            hit = hit ||
                  (equal_folded(value, key) &&
                   std::any_of(std::begin(names), std::end(names), [&](std::string_view wanted) {
                       return equal_folded(base_name(name), wanted);
                   }));
        });
        if (hit)
            out.entries.push_back(std::move(one));
    }
    out.cookie = storage_.cookie();
    return push(feed, out);
}

void directory::set(bool allow_cleartext, hashing hash, std::uint64_t fold_after) {
    const std::unique_lock lock(tree_mutex_);
    options_.allow_cleartext = allow_cleartext;
    options_.hash = hash;
    options_.fold_after = fold_after;
}

} // namespace waypost::ldif
