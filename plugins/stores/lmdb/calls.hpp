// SPDX-License-Identifier: Apache-2.0
// wp.store/1 and wp.journal-consumer/1 over the store: the C functions, and the operations that
// wait for the log.
#pragma once

#include "store.hpp"

#include <waypost/abi/draft/auth.h>
#include <waypost/abi/draft/journal.h>
#include <waypost/abi/draft/store.h>

namespace waypost::lmdb {

/// What `self` of both facets points to. *thread-safe*
struct store_face {
    std::unique_ptr<lmdb::store> mail;
    const wp_host_auth* auth = nullptr;
};

const wp_store& store_facet();
const wp_journal_consumer& consumer_facet();

} // namespace waypost::lmdb
