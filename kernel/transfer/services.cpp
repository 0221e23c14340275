// SPDX-License-Identifier: Apache-2.0
#include "transfer/services.hpp"

namespace waypost::kernel::transfer {

namespace {
context* the_context = nullptr;
journal* the_journal = nullptr;
} // namespace

context& current_context() noexcept {
    return *the_context;
}
journal& current_journal() noexcept {
    return *the_journal;
}

void set_current(context* unit, journal* records) noexcept {
    the_context = unit;
    the_journal = records;
}

} // namespace waypost::kernel::transfer
