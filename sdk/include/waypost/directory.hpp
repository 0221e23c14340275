// SPDX-License-Identifier: Apache-2.0
// The facet wp.directory/1 over a class: what a directory backend would otherwise write again.
#pragma once

#include <waypost/abi/draft/directory.h>
#include <waypost/errors.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost {

/// `Plugin` is the class of WAYPOST_PLUGIN. Its member `directory()` gives an object, thread-safe,
/// with
///   result<void> read(const wp_read&, const wp_feed&);
///   result<void> watch(wp_bytes cookie, const wp_feed&);
///   result<void> write(const wp_write*, std::uint64_t count, std::uint64_t& applied);
///   result<void> authenticate(std::string_view dn, std::string_view secret);
///   result<void> lookup(std::string_view key, const wp_feed&);
///   const std::vector<std::string>& base_names() const;
/// Exceptions end at the boundary as errors.
template <class Plugin>
class directory_facet {
    static auto& of(void* self) { return static_cast<Plugin*>(self)->directory(); }

    static wp_status read(void* self, const wp_read* request, const wp_feed* feed, wp_error* why) {
        return guard(why, [&] { return finish(of(self).read(*request, *feed), why); });
    }
    static wp_status watch(void* self, wp_bytes cookie, const wp_feed* feed, wp_error* why) {
        return guard(why, [&] { return finish(of(self).watch(cookie, *feed), why); });
    }
    static wp_status write(void* self, const wp_write* writes, std::uint64_t count,
                           std::uint64_t* applied, wp_error* why) {
        return guard(why, [&] {
            std::uint64_t done = 0;
            const auto outcome = of(self).write(writes, count, done);
            if (applied != nullptr)
                *applied = done;
            return finish(outcome, why);
        });
    }
    static wp_status authenticate(void* self, wp_str dn, wp_str secret, wp_error* why) {
        return guard(why,
                     [&] { return finish(of(self).authenticate(view(dn), view(secret)), why); });
    }
    static wp_status lookup(void* self, wp_str key, const wp_feed* feed, wp_error* why) {
        return guard(why, [&] { return finish(of(self).lookup(view(key), *feed), why); });
    }
    static std::uint64_t base_count(void* self) { return of(self).base_names().size(); }
    static wp_str base(void* self, std::uint64_t index) {
        const auto& names = of(self).base_names();
        return index < names.size() ? to_abi(names[index]) : wp_str{};
    }

public:
    static constexpr wp_directory table = {sizeof(wp_directory), 0,      read,       watch, write,
                                           authenticate,         lookup, base_count, base};
};

} // namespace waypost
