// SPDX-License-Identifier: Apache-2.0
// route: where an address leads, step by step
#include "control/handlers/arguments.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_route_calls(table& calls, const sources& from) {
    calls.add("route", right::read_routes,
              [&from](const json& args, const row_sink&) -> result<json> {
                  auto address = text_argument(args, "address");
                  if (!address) {
                      return address.failure();
                  }
                  return from.route ? from.route(*address) : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
