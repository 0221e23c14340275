// SPDX-License-Identifier: Apache-2.0
// mailbox list: rows from the store of the site
#include "daemon/control_sources.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::daemon {
namespace {

using control::json;

struct receiver {
    const control::row_sink* rows;
    const std::string* account;
};

std::int32_t take(void* ctx, const wp_mailbox_info* infos, std::uint64_t count) {
    const auto& to = *static_cast<const receiver*>(ctx);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto& one = element(infos, i);
        const bool more = (*to.rows)({{"account", *to.account},
                                      {"mailbox", std::string(view(one.path))},
                                      {"id", one.id},
                                      {"messages", one.messages},
                                      {"unseen", one.unseen},
                                      {"deleted", one.deleted},
                                      {"bytes", one.bytes},
                                      {"uid_validity", one.uid_validity},
                                      {"uid_next", one.uid_next},
                                      {"modseq", one.modseq}});
        if (!more) {
            return 1;
        }
    }
    return 0;
}

} // namespace

void connect_mailboxes(control::sources& calls, transfer::transfer_unit& unit) {
    calls.mailboxes = [&unit](const std::string& account,
                              const control::row_sink& rows) -> result<void> {
        const auto* store = unit.parts().channels.store();
        if (store == nullptr || !WP_HAS(store->facet, list)) {
            return error{WP_UNSUPPORTED,
                         "no message store is enabled; add one, for instance [plugins.lmdb]"};
        }
        receiver to{&rows, &account};
        wp_error why = empty_error();
        const wp_status status =
            store->facet->list(store->self, to_abi(account), to_abi("*"), {take, &to}, &why);
        return status == WP_OK ? result<void>() : error{status, why.text};
    };
}

} // namespace waypost::kernel::daemon
