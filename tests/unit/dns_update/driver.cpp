// SPDX-License-Identifier: Apache-2.0
// dns_driver PORT KEY SECRET ZONE: reads one call a line, fields separated by tabs, and prints its
// status and what it returned as one line. A batch is collected by REQUIRE, ABSENT, ADD, REMOVE
// lines (owner, type, data) and sent by `apply ZONE`; `read OWNER TYPE`, `zone NAME`.
#include "updater.hpp"

#include <iostream>
#include <map>
#include <sstream>

namespace {

using namespace waypost::dns;

std::string shown(const waypost::error& why) {
    return std::to_string(why.status) + '\t' + why.text;
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> out;
    std::istringstream in(line);
    for (std::string one; std::getline(in, one, '\t');)
        out.push_back(one);
    out.resize(4);
    return out;
}

} // namespace

int main(int count, char** words) {
    if (count != 5)
        return 2;
    const updater under_test({{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(words[1]))},
                              {words[2], "hmac-sha256", words[3]},
                              {words[4]},
                              std::chrono::seconds(5)});
    const std::map<std::string, std::int32_t> kinds{{"REQUIRE", WP_DNS_REQUIRE},
                                                    {"ABSENT", WP_DNS_REQUIRE_ABSENT},
                                                    {"ADD", WP_DNS_ADD},
                                                    {"REMOVE", WP_DNS_REMOVE}};
    std::vector<change> batch;
    for (std::string line; std::getline(std::cin, line);) {
        const auto fields = fields_of(line);
        if (const auto kind = kinds.find(fields[0]); kind != kinds.end()) {
            batch.push_back({kind->second, {fields[1], fields[2], fields[3], 300}});
            continue;
        }
        if (fields[0] == "apply") {
            const auto done = under_test.apply(fields[1], batch);
            std::cout << (done ? "0\t" : shown(done.failure()));
            batch.clear();
        } else if (fields[0] == "read") {
            const auto found = under_test.read(fields[1], fields[2]);
            std::cout << (found ? "0" : shown(found.failure()));
            if (found)
                for (const auto& one : *found)
                    std::cout << '\t' << one.data;
        } else {
            const auto found = under_test.zone_of(fields[1]);
            std::cout << (found ? "0\t" + *found : shown(found.failure()));
        }
        std::cout << std::endl;
    }
}
