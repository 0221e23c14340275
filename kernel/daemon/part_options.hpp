// SPDX-License-Identifier: Apache-2.0
// From the checked configuration to the options of each part: the only file that knows both the
// names of the keys and the fields they become.
#pragma once

#include "auth/authenticator.hpp"
#include "config/settings.hpp"
#include "daemon/directory_part.hpp"
#include "directory/admin.hpp"
#include "host/worker_pool.hpp"
#include "log/options.hpp"
#include "routing/router.hpp"
#include "transfer/options.hpp"

namespace waypost::kernel::daemon {

log::options log_options(const config::settings& from);
transfer::options transfer_options(const config::settings& from);
routing::settings routing_settings(const config::settings& from);
auth::authenticator_options login_options(const config::settings& from);
directory::admin_settings admin_options(const config::settings& from);
directory_part::schedule sync_schedule(const config::settings& from);
host::worker_limits worker_options(const config::settings& from);
std::chrono::milliseconds shutdown_deadline(const config::settings& from);

} // namespace waypost::kernel::daemon
