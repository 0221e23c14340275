// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/position.hpp"

#include <waypost/abi/draft/content.h>
#include <waypost/result.hpp>

namespace waypost::kernel::transfer {

struct context;

/// A held message of the log; the caller unrefs it.
result<wp_content*> open_content(context& unit, log::message_id id);

} // namespace waypost::kernel::transfer
