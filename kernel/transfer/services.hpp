// SPDX-License-Identifier: Apache-2.0
// The transfer unit's services at the plugin boundary. A daemon has one transfer unit; the services
// find it here.
#pragma once

#include <waypost/abi/draft/channel.h>
#include <waypost/abi/draft/ingress.h>
#include <waypost/abi/draft/journal.h>
#include <waypost/abi/draft/store.h>

namespace waypost::kernel::transfer {

struct context;
class journal;

context& current_context() noexcept;
journal& current_journal() noexcept;
/// Set by the unit's constructor, cleared by its destructor.
void set_current(context* unit, journal* records) noexcept;

extern const wp_host_ingress ingress_service;
extern const wp_host_jobs jobs_service;
extern const wp_host_journal journal_service;
extern const wp_host_messages messages_service;
extern const wp_host_store store_service;

} // namespace waypost::kernel::transfer
