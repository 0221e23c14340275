// SPDX-License-Identifier: Apache-2.0
// A site from LDIF text, the input of a generator run over all of it, and the rows that came out as
// text lines.
#pragma once

#include "generate.hpp"
#include "parse/reader.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

namespace waypost::routes_directory::test {

class site {
public:
    explicit site(std::string text) : text_(std::move(text)) {
        ldif::reader records(text_);
        for (;;) {
            auto next = records.next();
            if (!next)
                throw std::runtime_error(next.failure().text);
            if (!*next)
                break;
            records_.push_back(std::move(**next));
        }
        for (const auto& one : records_)
            add(one);
    }

    /// "hosted example.com catch= smart=", "alias a -> b", "user a@b uid=..." lines, sorted;
    /// reports begin with "!".
    std::vector<std::string> rows(const std::string& domain,
                                  settings with = {{"mail.example.com"}, "admin@example.com"}) {
        out_.clear();
        at_ = 0;
        wp_route_input input{sizeof(wp_route_input), 0,   this, to_abi(domain), entries_.data(),
                             entries_.size(),        next};
        wp_route_output output{sizeof(wp_route_output), 0, this, routes, aliases};
        const auto ok =
            generate(with, input, output,
                     [&](std::string_view what, std::string_view, std::string_view about) {
                         out_.push_back("! " + std::string(what) + ": " + std::string(about));
                     });
        if (!ok)
            out_.push_back("failed: " + ok.failure().text);
        std::sort(out_.begin(), out_.end());
        return out_;
    }

private:
    void add(const ldif::record& one) {
        auto& attributes = attributes_.emplace_back();
        for (const auto& value : one.values) {
            auto& text = texts_.emplace_back(to_abi(value.value));
            attributes.push_back({to_abi(value.name), &text, 1});
        }
        entries_.push_back(
            {sizeof(wp_entry), 0, to_abi(one.dn), {}, attributes.data(), attributes.size()});
    }

    static wp_status next(void* ctx, wp_entry* out, std::uint64_t room, std::uint64_t* count) {
        auto& self = *static_cast<site*>(ctx);
        for (*count = 0; *count < room && self.at_ < self.entries_.size();)
            out[(*count)++] = self.entries_[self.at_++];
        return WP_OK;
    }
    static wp_status routes(void* ctx, const wp_route* rows, std::uint64_t count) {
        auto& out = static_cast<site*>(ctx)->out_;
        for (const auto* row = rows; row != rows + count; ++row) {
            const std::string domain(view(row->domain));
            const std::string target(view(row->target));
            const auto from = " (" + std::string(view(row->source.attribute)) + ")";
            if (row->kind == WP_ROUTE_ALIAS)
                out.push_back("alias " + domain + " -> " + target + from);
            else if (row->kind == WP_ROUTE_RELAY)
                out.push_back("relay " + domain + " -> " + target + from);
            else
                out.push_back("hosted " + domain + " catch=" + std::string(view(row->catch_all)) +
                              " smart=" + std::string(view(row->smart_host)));
        }
        return WP_OK;
    }
    static wp_status aliases(void* ctx, const wp_alias* rows, std::uint64_t count) {
        constexpr std::string_view kinds[] = {"", "user", "group", "forward"};
        for (const auto* row = rows; row != rows + count; ++row)
            static_cast<site*>(ctx)->out_.push_back(
                std::string(kinds[row->kind]) + " " + std::string(view(row->address)) +
                (row->target.size ? " -> " + std::string(view(row->target)) : "") + " (" +
                std::string(view(row->source.attribute)) + ")");
        return WP_OK;
    }

    std::string text_;
    std::deque<ldif::record> records_;
    std::deque<std::vector<wp_attribute>> attributes_;
    std::deque<wp_str> texts_;
    std::vector<wp_entry> entries_;
    std::vector<std::string> out_;
    std::size_t at_ = 0;
};

} // namespace waypost::routes_directory::test
