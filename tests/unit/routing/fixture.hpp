// SPDX-License-Identifier: Apache-2.0
// A router over a directory in memory.
#pragma once

#include "../directory/fixture.hpp"
#include "routing/router.hpp"

namespace waypost::testing {

using kernel::routing::asker;
using kernel::routing::decision;
using kernel::routing::destination;
using kernel::routing::router;

class router_test : public directory_fixture {
protected:
    void SetUp() override {
        open();
        settings_.local_hosts = {"mail.Here.example"};
        settings_.postmaster = "root@example.com";
        router_ = std::make_unique<router>(*cache_, settings_);
    }
    decision ask(std::string_view address) { return router_->decide(address, asker{}); }
    std::vector<std::string> places(std::string_view address) {
        std::vector<std::string> out;
        for (const auto& to : ask(address).destinations)
            out.push_back(to.what == destination::kind::local
                              ? to.channel + ":" + to.account
                              : to.channel + ">" + to.address + ">" + to.next_hop);
        return out;
    }
    /// "550 5.1.1" or "" when accepted.
    std::string refusal(std::string_view address, asker who = {}) {
        const auto out = router_->decide(address, who);
        if (out.status == WP_OK)
            return {};
        const auto& why = out.refusal;
        return std::to_string(why.smtp) + " " + std::to_string(why.enhanced[0]) + "." +
               std::to_string(why.enhanced[1]) + "." + std::to_string(why.enhanced[2]);
    }
    using texts = std::vector<std::string>;

    kernel::routing::settings settings_;
    std::unique_ptr<router> router_;
};

inline entry group_of(const std::string& domain, const std::string& name, attributes more) {
    attributes values{{"objectClass", {"inetMailGroup"}}, {"mail", {name + "@" + domain}}};
    values.insert(values.end(), more.begin(), more.end());
    return {"cn=" + name + ",ou=Groups,o=" + domain + ",o=isp", values, {}};
}

} // namespace waypost::testing
