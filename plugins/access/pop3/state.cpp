// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <string.h>

namespace waypost::pop3 {

login_attempt::~login_attempt() {
    ::explicit_bzero(secret.data(), secret.size());
}

maildrop::~maildrop() {
    if (snapshot != nullptr)
        store->release(store_self, snapshot);
    if (mailbox != nullptr)
        store->close(store_self, mailbox);
    if (principal != nullptr)
        auth_->unref(principal);
}

std::optional<std::uint64_t> maildrop::index(std::uint32_t number) const noexcept {
    if (number == 0 || number > snapshot->count)
        return std::nullopt;
    return number - 1;
}

void maildrop::remove(std::uint64_t index) {
    if (deleted_.empty())
        deleted_.resize(snapshot->count);
    deleted_[index] = true;
    ++removed_;
}

void maildrop::restore() noexcept {
    deleted_.clear();
    removed_ = 0;
}

std::uint64_t maildrop::octets() const noexcept {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < snapshot->count; ++i)
        if (!is_deleted(i))
            sum += snapshot->sizes[i];
    return sum;
}

std::vector<std::uint32_t> maildrop::removed_uids() const {
    std::vector<std::uint32_t> out;
    out.reserve(removed_);
    for (std::uint64_t i = 0; i < deleted_.size(); ++i)
        if (deleted_[i])
            out.push_back(snapshot->uids[i]);
    return out;
}

} // namespace waypost::pop3
