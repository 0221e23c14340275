// SPDX-License-Identifier: Apache-2.0
#include "timer_wheel.hpp"

#include <algorithm>

namespace waypost::net {
namespace {

void unlink(timer_entry& entry) noexcept {
    entry.previous->next = entry.next;
    entry.next->previous = entry.previous;
    entry.previous = entry.next = nullptr;
    entry.slot_tick = 0;
}

void link(timer_entry& head, timer_entry& entry) noexcept {
    entry.next = &head;
    entry.previous = head.previous;
    head.previous->next = &entry;
    head.previous = &entry;
}

} // namespace

timer_wheel::timer_wheel() {
    for (timer_entry& head : heads_)
        head.previous = head.next = &head;
}

void timer_wheel::insert(timer_entry& entry) noexcept {
    const std::uint32_t most = now_ + static_cast<std::uint32_t>(slots) - 1;
    entry.slot_tick = std::min(entry.deadline, most);
    link(heads_[entry.slot_tick % slots], entry);
}

void timer_wheel::set(timer_entry& entry, std::uint32_t ticks) noexcept {
    entry.deadline = ticks == 0 ? 0 : now_ + ticks;
    if (entry.slot_tick != 0 && (ticks == 0 || entry.deadline >= entry.slot_tick))
        return; // looked at again when the slot comes round
    if (entry.slot_tick != 0)
        unlink(entry);
    if (ticks != 0)
        insert(entry);
}

void timer_wheel::remove(timer_entry& entry) noexcept {
    entry.deadline = 0;
    if (entry.slot_tick != 0)
        unlink(entry);
}

void timer_wheel::advance(const std::function<void(timer_entry&)>& expired) {
    ++now_;
    timer_entry due; // a list of its own: `expired` may change the slot
    due.previous = due.next = &due;
    timer_entry& head = heads_[now_ % slots];
    while (head.next != &head) {
        timer_entry& entry = *head.next;
        const std::uint32_t tick = entry.slot_tick;
        unlink(entry);
        link(due, entry);
        entry.slot_tick = tick;
    }
    while (due.next != &due) {
        timer_entry& entry = *due.next;
        unlink(entry);
        if (entry.deadline == 0)
            continue;
        if (entry.deadline > now_) {
            insert(entry);
            continue;
        }
        entry.deadline = 0;
        expired(entry);
    }
}

} // namespace waypost::net
