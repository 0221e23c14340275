// SPDX-License-Identifier: Apache-2.0
// Batches for the feed; see feed.hpp.
#include "feed.hpp"

#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

#include <algorithm>

namespace waypost::ldif {
namespace {

constexpr std::size_t batch_entries = 512;

/// Entries as the boundary has them; the memory is used again by the next batch. Views lead into
/// the entries.
class batch {
public:
    void add(const entry& one) {
        if (used_ == slots_.size())
            slots_.emplace_back();
        slots_[used_++].fill(one);
    }

    const std::vector<wp_entry>& entries() {
        out_.clear();
        for (std::size_t i = 0; i < used_; ++i)
            out_.push_back(slots_[i].as_entry());
        return out_;
    }

    std::size_t size() const noexcept { return used_; }
    void clear() noexcept { used_ = 0; }

private:
    struct slot {
        std::string_view dn;
        std::vector<std::string_view> names;
        std::vector<std::uint64_t> counts;
        std::vector<std::size_t> group; // of each value, in the order of the entry
        std::vector<std::string_view> given;
        std::vector<wp_str> values;
        std::vector<wp_attribute> attributes;

        // Values of one attribute need not stand together in the file.
        void fill(const entry& one) {
            dn = one.dn();
            names.clear();
            counts.clear();
            group.clear();
            given.clear();
            one.each([&](std::string_view description, std::string_view value) {
                const auto at = find(base_name(description));
                group.push_back(at);
                given.push_back(value);
                ++counts[at];
            });
            arrange();
        }

        std::size_t find(std::string_view name) {
            if (!group.empty() && names[group.back()] == name)
                return group.back();
            for (std::size_t i = 0; i < names.size(); ++i)
                if (equal_folded(names[i], name))
                    return i;
            names.push_back(name);
            counts.push_back(0);
            return names.size() - 1;
        }

        void arrange() {
            values.resize(given.size());
            attributes.resize(names.size());
            std::uint64_t start = 0;
            for (std::size_t i = 0; i < names.size(); ++i) {
                attributes[i] = {to_abi(names[i]), values.data() + start, 0};
                start += counts[i];
            }
            for (std::size_t i = 0; i < given.size(); ++i) {
                auto& attribute = attributes[group[i]];
                const auto place = static_cast<std::size_t>(attribute.values - values.data());
                values[place + attribute.value_count++] = to_abi(given[i]);
            }
        }

        wp_entry as_entry() const noexcept {
            return {sizeof(wp_entry), 0, to_abi(dn), {}, attributes.data(), attributes.size()};
        }
    };

    std::vector<slot> slots_;
    std::size_t used_ = 0;
    std::vector<wp_entry> out_;
};

result<void> check(wp_status status, const wp_error& why) {
    if (status == WP_OK)
        return {};
    return from_error(status, &why);
}

result<void> push_entries(const wp_feed& feed, const std::vector<entry>& entries) {
    batch one;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        one.add(entries[i]);
        if (one.size() < batch_entries && i + 1 < entries.size())
            continue;
        auto why = empty_error();
        const auto& made = one.entries();
        if (auto ok = check(feed.entries(feed.ctx, made.data(), made.size(), &why), why); !ok)
            return ok;
        one.clear();
    }
    return {};
}

result<void> push_removed(const wp_feed& feed, const std::vector<std::string>& names) {
    std::vector<wp_entry> gone;
    for (std::size_t at = 0; at < names.size(); at += batch_entries) {
        gone.clear();
        for (auto i = at; i < std::min(names.size(), at + batch_entries); ++i)
            gone.push_back({sizeof(wp_entry), 0, to_abi(names[i]), {}, nullptr, 0});
        auto why = empty_error();
        if (auto ok = check(feed.removed(feed.ctx, gone.data(), gone.size(), &why), why); !ok)
            return ok;
    }
    return {};
}

} // namespace

result<void> push(const wp_feed& feed, const transaction& what) {
    auto why = empty_error();
    if (auto ok = check(feed.begin(feed.ctx, what.kind, &why), why); !ok)
        return ok;
    auto ok = push_removed(feed, what.removed);
    if (ok)
        ok = push_entries(feed, what.entries);
    if (!ok) {
        feed.abort(feed.ctx);
        return ok;
    }
    return check(feed.commit(feed.ctx, to_bytes(what.cookie), &why), why);
}

} // namespace waypost::ldif
