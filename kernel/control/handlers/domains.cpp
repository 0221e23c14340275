// SPDX-License-Identifier: Apache-2.0
// domain.add, domain.list, domain.show, domain.set, domain.remove; domain.plan, domain.check,
// domain.progress, domain.approve, domain.reject, domain.token
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {
namespace {

/// domain.add and domain.plan: a name and attributes.
template <class Run>
void add_definition(table& calls, const char* call, Run run) {
    calls.add(call, right::manage_domains,
              [run](const json& args, const row_sink&) -> result<json> {
                  if (auto fine = only(args, {"domain", "attributes"}); !fine) {
                      return fine.failure();
                  }
                  auto name = text_argument(args, "domain");
                  auto attributes = edits_argument(args);
                  if (!name || !attributes) {
                      return !name ? name.failure() : attributes.failure();
                  }
                  return run(*name, *attributes);
              });
}

void add_check(table& calls, const provisioning_operations& on) {
    calls.add("domain.check", right::manage_domains,
              [&on](const json& args, const row_sink&) -> result<json> {
                  if (auto fine = only(args, {"domain", "repair"}); !fine) {
                      return fine.failure();
                  }
                  auto name = text_argument(args, "domain");
                  if (!name) {
                      return name.failure();
                  }
                  const bool repair = args.contains("repair") && args["repair"] == true;
                  return on.check ? on.check(*name, repair) : not_in_this_build();
              });
}

void add_proposals(table& calls, const provisioning_operations& on) {
    calls.add("domain.progress", right::manage_domains,
              [&on](const json& args, const row_sink& rows) -> result<json> {
                  if (auto fine = only(args, {}); !fine) {
                      return fine.failure();
                  }
                  if (!on.list) {
                      return not_in_this_build();
                  }
                  auto listed = on.list(rows);
                  return listed ? result<json>(json::object()) : listed.failure();
              });
    const auto with_name = [&calls](const char* call, auto run) {
        calls.add(call, right::manage_domains,
                  [run](const json& args, const row_sink&) -> result<json> {
                      if (auto fine = only(args, {"domain"}); !fine) {
                          return fine.failure();
                      }
                      auto name = text_argument(args, "domain");
                      return name ? run(*name) : name.failure();
                  });
    };
    with_name("domain.approve", [&on](const std::string& name) -> result<json> {
        return on.approve ? on.approve(name) : not_in_this_build();
    });
    with_name("domain.reject", [&on](const std::string& name) -> result<json> {
        auto done = on.reject ? on.reject(name) : not_in_this_build();
        return done ? result<json>(json::object()) : done.failure();
    });
    with_name("domain.token", [&on](const std::string& name) -> result<json> {
        return on.token ? on.token(name) : not_in_this_build();
    });
}

} // namespace

void add_domain_calls(table& calls, const sources& from) {
    const auto& on = from.domains;
    add_entry_calls(calls, "domain", "domain", right::manage_domains, on);
    add_check(calls, from.provisioning);
    add_proposals(calls, from.provisioning);
    add_definition(calls, "domain.add", [&on](const std::string& name, const edits& more) {
        return on.add ? on.add(name, more, {}) : not_in_this_build();
    });
    add_definition(calls, "domain.plan",
                   [&on = from.provisioning](const std::string& name, const edits& more) {
                       return on.plan ? on.plan(name, more) : not_in_this_build();
                   });
}

} // namespace waypost::kernel::control
