// SPDX-License-Identifier: Apache-2.0
#include "transfer/reporter.hpp"

#include "transfer/context.hpp"
#include "transfer/settlement.hpp"

namespace waypost::kernel::transfer {

void write_reports(context&, log::group&, const original_message&, std::span<const report_event>,
                   std::deque<std::string>&) {}

} // namespace waypost::kernel::transfer
