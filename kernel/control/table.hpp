// SPDX-License-Identifier: Apache-2.0
// The calls that the control socket knows: name, right, function. The files in handlers/ fill it,
// the server asks it.
#pragma once

#include "control/authorise.hpp"
#include "control/request.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace waypost::kernel::control {

/// Takes the rows of a list. False: the caller is gone or does not read; stop.
using row_sink = std::function<bool(const json& row)>;

/// Runs on a worker of the control server and may block there. Concurrent with other handlers.
using handler = std::function<result<json>(const json& args, const row_sink& rows)>;

/// What remains of a caller's rights when it acts in the name of an account: an error, or which
/// rows of a list it may see.
using row_filter = std::function<bool(const json& row)>;
using delegate_rules = std::function<result<row_filter>(const std::string& account,
                                                        const std::string& call, const json& args)>;

struct entry {
    right needs;
    handler run;
};

/// Filled before the server starts, constant after.
class table {
public:
    void add(const std::string& name, right needs, handler run);
    void set_delegate_rules(delegate_rules with) { delegates_ = std::move(with); }
    /// From request line to the last line of the answer; rows go to `rows` before.
    [[nodiscard]] std::string answer(std::string_view line, const caller& who, uid_t service_user,
                                     const row_sink& rows) const;

private:
    [[nodiscard]] result<json> run(std::string_view line, const caller& who, uid_t service_user,
                                   const row_sink& rows) const;

    std::map<std::string, entry, std::less<>> entries_;
    delegate_rules delegates_;
};

} // namespace waypost::kernel::control
