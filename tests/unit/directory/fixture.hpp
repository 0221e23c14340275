// SPDX-License-Identifier: Apache-2.0
// A directory in memory for the tests of cache, router and login: a wp_directory backend, a small
// generator, and a cache in a temporary folder.
#pragma once

#include "directory/admin.hpp"
#include "directory/cache.hpp"
#include "directory/feed.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/draft/routes.h>
#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <map>
#include <mutex>

namespace waypost::testing {

namespace directory = kernel::directory;

class temporary_folder {
public:
    temporary_folder() {
        char name[] = "/tmp/waypost-test-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

using attributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// An entry that owns its texts.
struct entry {
    std::string dn;
    attributes values;
    std::string uuid;

    struct shown {
        std::vector<wp_attribute> attributes;
        std::vector<std::vector<wp_str>> values;
        wp_entry entry{};
    };
    shown show() const {
        shown out;
        out.values.reserve(values.size());
        for (const auto& [name, texts] : values) {
            auto& list = out.values.emplace_back();
            for (const auto& text : texts)
                list.push_back(to_abi(text));
            out.attributes.push_back({to_abi(name), list.data(), list.size()});
        }
        out.entry = {sizeof(wp_entry),     0, to_abi(dn), to_bytes(uuid), out.attributes.data(),
                     out.attributes.size()};
        return out;
    }
};

inline wp_status give(const wp_feed* feed, const entry& item, wp_error* why = nullptr) {
    const auto shown = item.show();
    return feed->entries(feed->ctx, &shown.entry, 1, why);
}

/// Rows by the plain rules of the schema; `calls` and `seen` count what the cost tests look at.
class fake_generator {
public:
    explicit fake_generator(std::int32_t priority = 0) { table_.priority = priority; }
    directory::generator as_generator(std::string name = "fake") {
        return {std::move(name), &table_, this};
    }
    std::uint64_t calls = 0, seen = 0;
    bool broken = false;

private:
    static std::string first(const wp_entry& of, std::string_view name) {
        for (std::uint64_t i = 0; i < of.attribute_count; ++i)
            if (equal_folded(view(of.attributes[i].name), name) && of.attributes[i].value_count)
                return std::string(view(of.attributes[i].values[0]));
        return {};
    }

    static wp_status generate(void* self, const wp_route_input* input,
                              const wp_route_output* output, wp_error*) {
        auto& me = *static_cast<fake_generator*>(self);
        if (me.broken)
            return WP_TEMPFAIL;
        ++me.calls;
        const std::string domain(view(input->domain));
        if (domain.empty())
            return WP_OK;
        me.route(domain, input, output);
        std::array<wp_entry, 64> room{};
        room.front().struct_size = sizeof(wp_entry);
        for (std::uint64_t count = 1; count;) {
            if (const auto status = input->next(input->ctx, room.data(), room.size(), &count))
                return status;
            for (std::uint64_t i = 0; i < count; ++i)
                me.aliases(room[i], output);
            me.seen += count;
        }
        return WP_OK;
    }

    void route(const std::string& domain, const wp_route_input* input,
               const wp_route_output* output) {
        wp_route row{};
        row.struct_size = sizeof row;
        row.kind = WP_ROUTE_HOSTED;
        row.domain = to_abi(domain);
        std::string catch_all, smart, target;
        for (std::uint64_t i = 0; i < input->node_count; ++i) {
            const auto& node = input->nodes[i];
            if (catch_all.empty())
                catch_all = first(node, "mailDomainCatchallAddress");
            if (smart.empty())
                smart = first(node, "mailRoutingSmartHost");
            auto canonical = first(node, "inetCanonicalDomainName");
            if (const auto aliased = first(node, "aliasedObjectName"); !aliased.empty())
                canonical = directory::name_of_dc_path(*normalise_dn(aliased));
            if (canonical.empty())
                canonical = first(node, "sunPreferredDomain");
            if (canonical.empty() && view(node.dn).substr(0, 3) != "dc=")
                canonical = first(node, "associatedDomain");
            if (!canonical.empty() && canonical != domain)
                target = canonical;
        }
        if (!target.empty())
            row.kind = WP_ROUTE_ALIAS;
        row.target = to_abi(target);
        row.catch_all = to_abi(catch_all);
        row.smart_host = to_abi(smart);
        if (input->node_count)
            row.source = {input->nodes[0].dn, to_abi("dc")};
        output->routes(output->ctx, &row, 1);
    }

    void aliases(const wp_entry& of, const wp_route_output* output) {
        bool group = false;
        for (std::uint64_t i = 0; i < of.attribute_count; ++i)
            for (std::uint64_t v = 0; v < of.attributes[i].value_count; ++v)
                group = group || view(of.attributes[i].values[v]) == "inetMailGroup";
        const auto routing = first(of, "mailRoutingAddress");
        for (std::uint64_t i = 0; i < of.attribute_count; ++i) {
            const auto name = view(of.attributes[i].name);
            if (name != "mail" && name != "mailAlternateAddress" && name != "mailEquivalentAddress")
                continue;
            for (std::uint64_t v = 0; v < of.attributes[i].value_count; ++v) {
                wp_alias row{};
                row.struct_size = sizeof row;
                row.kind = !routing.empty() ? WP_ALIAS_FORWARD
                           : group          ? WP_ALIAS_GROUP
                                            : WP_ALIAS_USER;
                row.address = of.attributes[i].values[v];
                row.dn = of.dn;
                row.target = to_abi(routing);
                row.source = {of.dn, of.attributes[i].name};
                output->aliases(output->ctx, &row, 1);
            }
        }
    }

    wp_routes table_{sizeof(wp_routes), 0, &generate};
};

/// wp_directory over a map. Thread-safe.
class fake_backend {
public:
    explicit fake_backend(std::string base = {}) : base_(std::move(base)) {}

    std::map<std::string, entry> entries; // by normalised DN
    std::map<std::string, std::string> passwords;
    bool watchable = true;
    std::atomic<bool> away{false};
    std::atomic<int> reads{0}, authentications{0}, lookups{0};
    const wp_feed* watched = nullptr;

    void put(entry item) { entries[*normalise_dn(item.dn)] = std::move(item); }
    /// For the next push.
    void set(const std::string& dn, const std::string& name, std::vector<std::string> values) {
        auto& known = entries.at(dn).values;
        std::erase_if(known, [&](const auto& pair) { return equal_folded(pair.first, name); });
        known.emplace_back(name, std::move(values));
    }
    const wp_directory* table() const { return &table_; }

    wp_status push(const wp_feed* feed, std::int32_t kind, const std::vector<entry>& items,
                   const std::vector<std::string>& gone = {}, std::string_view cookie = "c") {
        wp_error why{};
        why.struct_size = sizeof why;
        if (const auto status = feed->begin(feed->ctx, kind, &why))
            return status;
        wp_status status = WP_OK;
        for (const auto& item : items)
            if (!status)
                status = give(feed, item, &why);
        for (const auto& dn : gone) {
            wp_entry one{};
            one.struct_size = sizeof one;
            one.dn = to_abi(dn);
            if (!status)
                status = feed->removed(feed->ctx, &one, 1, &why);
        }
        if (status) {
            feed->abort(feed->ctx);
            return status;
        }
        status = feed->commit(feed->ctx, to_bytes(cookie), &why);
        if (status)
            last_error = why.text;
        return status;
    }
    wp_status push_all(const wp_feed* feed) {
        std::vector<entry> all;
        for (const auto& [dn, item] : entries)
            all.push_back(item);
        return push(feed, WP_FEED_FULL, all);
    }
    std::string last_error;

private:
    static fake_backend& of(void* self) { return *static_cast<fake_backend*>(self); }

    static wp_status read(void* self, const wp_read* request, const wp_feed* feed, wp_error*) {
        auto& me = of(self);
        ++me.reads;
        if (me.away)
            return WP_TEMPFAIL;
        return request->kind == WP_READ_FULL ? me.push_all(feed)
                                             : me.push(feed, WP_FEED_CHANGES, {});
    }
    static wp_status watch(void* self, wp_bytes, const wp_feed* feed, wp_error*) {
        if (!of(self).watchable)
            return WP_UNSUPPORTED;
        of(self).watched = feed;
        feed->live(feed->ctx, 1);
        return WP_OK;
    }
    static entry copy(const wp_entry& from) {
        entry out{std::string(view(from.dn)), {}, std::string(view(from.uuid))};
        for (std::uint64_t i = 0; i < from.attribute_count; ++i) {
            auto& [name, values] =
                out.values.emplace_back(view(from.attributes[i].name), std::vector<std::string>{});
            for (std::uint64_t v = 0; v < from.attributes[i].value_count; ++v)
                values.emplace_back(view(from.attributes[i].values[v]));
        }
        return out;
    }
    wp_status apply(const wp_write& one) {
        const auto dn = *normalise_dn(view(one.entry.dn));
        const auto found = entries.find(dn);
        if (one.kind == WP_WRITE_ADD) {
            if (found != entries.end())
                return WP_EXISTS;
            const auto parent = std::string(parent_dn(dn));
            if (!parent.empty() && !entries.count(parent))
                return WP_NOT_FOUND;
            auto item = copy(one.entry);
            for (const auto& [name, values] : item.values)
                if (name == "userPassword")
                    passwords[dn] = values.at(0);
            entries[dn] = std::move(item);
            return push(watched, WP_FEED_CHANGES, {entries[dn]});
        }
        if (found == entries.end())
            return WP_NOT_FOUND;
        if (one.kind == WP_WRITE_DELETE) {
            entries.erase(found);
            return push(watched, WP_FEED_CHANGES, {}, {dn});
        }
        for (std::uint64_t i = 0; i < one.modification_count; ++i) {
            const auto& change = one.modifications[i];
            const std::string name(view(change.attribute.name));
            auto& values = found->second.values;
            std::erase_if(values, [&](const auto& pair) { return equal_folded(pair.first, name); });
            if (change.attribute.value_count == 0)
                continue;
            auto& [ignored, list] = values.emplace_back(name, std::vector<std::string>{});
            for (std::uint64_t v = 0; v < change.attribute.value_count; ++v)
                list.emplace_back(view(change.attribute.values[v]));
            if (name == "userPassword")
                passwords[dn] = list.at(0);
        }
        return push(watched, WP_FEED_CHANGES, {found->second});
    }
    static wp_status write(void* self, const wp_write* writes, std::uint64_t count,
                           std::uint64_t* applied, wp_error*) {
        *applied = 0;
        for (std::uint64_t i = 0; i < count; ++i, ++*applied)
            if (const auto status = of(self).apply(writes[i]))
                return status;
        return WP_OK;
    }
    static wp_status authenticate(void* self, wp_str dn, wp_str secret, wp_error*) {
        auto& me = of(self);
        ++me.authentications;
        if (me.away)
            return WP_TEMPFAIL;
        const auto found = me.passwords.find(*normalise_dn(view(dn)));
        if (found == me.passwords.end())
            return WP_NOT_FOUND;
        return found->second == view(secret) ? WP_OK : WP_DENIED;
    }
    static wp_status lookup(void* self, wp_str key, const wp_feed* feed, wp_error*) {
        auto& me = of(self);
        ++me.lookups;
        if (me.away)
            return WP_TEMPFAIL;
        std::vector<entry> found;
        for (const auto& [dn, item] : me.entries)
            for (const auto& [name, values] : item.values)
                if (name == "mail" && !values.empty() && values[0] == view(key))
                    found.push_back(item);
        return me.push(feed, WP_FEED_CHANGES, found);
    }
    static std::uint64_t base_count(void* self) { return of(self).base_.empty() ? 0 : 1; }
    static wp_str base(void* self, std::uint64_t) { return to_abi(of(self).base_); }

    std::string base_;
    wp_directory table_{sizeof(wp_directory), 0,       &read,       &watch, &write,
                        &authenticate,        &lookup, &base_count, &base};
};

inline entry dc_node(const std::string& name, attributes more = {}) {
    std::string dn = "dc=" + name;
    for (std::size_t at; (at = dn.find('.')) != std::string::npos;)
        dn.replace(at, 1, ",dc=");
    attributes values{{"objectClass", {"domain", "inetDomain", "mailDomain"}},
                      {"inetDomainBaseDN", {"o=" + name + ",o=isp"}}};
    values.insert(values.end(), more.begin(), more.end());
    return {dn + ",o=internet", values, {}};
}

inline entry user_of(const std::string& domain, const std::string& uid, attributes more = {}) {
    attributes values{{"objectClass", {"inetUser", "inetMailUser"}},
                      {"uid", {uid}},
                      {"mail", {uid + "@" + domain}}};
    values.insert(values.end(), more.begin(), more.end());
    return {"uid=" + uid + ",ou=People,o=" + domain + ",o=isp", values, {}};
}

/// A cache with one backend, "main", and its feed.
class directory_fixture : public ::testing::Test {
protected:
    void SetUp() override { open(); }

    void open() {
        directory::cache_options options;
        options.folder = folder_.path() / "directory";
        options.generators = {generator_.as_generator()};
        options.log = [this](std::int32_t, std::string_view text) {
            const std::lock_guard lock(log_mutex_);
            log_.emplace_back(text);
        };
        auto opened = directory::cache::open(std::move(options));
        ASSERT_TRUE(opened) << opened.failure().text;
        cache_ = *std::move(opened);
        ASSERT_TRUE(cache_->add_backend("main", {}));
        feed_ = std::make_unique<directory::feed>(*cache_, "main");
        backend_.watched = feed_->abi();
    }
    void close() {
        feed_.reset();
        cache_.reset();
    }
    void load(const std::vector<entry>& items) {
        for (const auto& item : items)
            backend_.put(item);
        ASSERT_EQ(backend_.push_all(feed_->abi()), WP_OK) << backend_.last_error;
        feed_->abi()->live(feed_->abi()->ctx, 1);
    }
    void change(const std::vector<entry>& items, const std::vector<std::string>& gone = {}) {
        ASSERT_EQ(backend_.push(feed_->abi(), WP_FEED_CHANGES, items, gone), WP_OK)
            << backend_.last_error;
    }

    temporary_folder folder_;
    fake_generator generator_;
    fake_backend backend_;
    std::mutex log_mutex_;
    std::vector<std::string> log_;
    std::unique_ptr<directory::cache> cache_;
    std::unique_ptr<directory::feed> feed_;
};

/// With writes, by the operations of operators.
class admin_fixture : public directory_fixture {
protected:
    void SetUp() override {
        open();
        ASSERT_TRUE(backends_.add("main", backend_.table(), &backend_));
        admin_ = std::make_unique<directory::admin>(*cache_, backends_);
        ASSERT_EQ(backend_.push_all(feed_->abi()), WP_OK);
        feed_->abi()->live(feed_->abi()->ctx, 1);
    }
    directory::backends backends_;
    std::unique_ptr<directory::admin> admin_;
};

/// What tests of the cache itself look at.
class cache_fixture : public directory_fixture {
protected:
    bool has(std::string_view address) { return cache_->read().alias(address).valid(); }
    std::int64_t sequence_of(std::string_view domain) {
        return cache_->read().domain(domain).sequence();
    }
    std::size_t folders() {
        std::size_t out = 0;
        for (const auto& item : std::filesystem::directory_iterator(folder_.path() / "directory"))
            out += item.is_directory();
        return out;
    }
};

} // namespace waypost::testing
