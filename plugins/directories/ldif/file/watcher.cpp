// SPDX-License-Identifier: Apache-2.0
// inotify(7); see watcher.hpp.
#include "file/watcher.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace waypost::ldif {

result<void> watcher::start(const std::string& path, std::function<bool(bool)> work) {
    work_ = std::move(work);
    name_ = path.substr(path.rfind('/') + 1);
    events_ = descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    wake_ = descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const auto folder = folder_of(path);
    if (!events_ || !wake_ ||
        ::inotify_add_watch(events_.get(), folder.c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
        return system_error("watch", folder);
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
    return {};
}

void watcher::nudge() noexcept {
    const std::uint64_t one = 1;
    if (wake_)
        static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

void watcher::stop() {
    stopping_ = true;
    nudge();
    if (thread_.joinable())
        thread_.join();
}

watcher::wake watcher::wait(bool again) {
    std::array<pollfd, 2> fds{{{events_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), again ? 1000 : -1);
    if (ready == 0)
        return {again, false};
    wake out;
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) == sizeof count)
        out.work = true;
    out.file = concerns_us();
    out.work = out.work || out.file;
    return out;
}

// Of two renames at the same time it is all the same which one counts as ours: one event is left.
bool watcher::is_ours(std::uint32_t mask) {
    if ((mask & IN_MOVED_TO) == 0 || own_renames_ <= 0)
        return false;
    --own_renames_;
    return true;
}

bool watcher::concerns_us() {
    alignas(inotify_event) std::array<char, 4096> buffer;
    bool concerned = false;
    for (;;) {
        const auto got = ::read(events_.get(), buffer.data(), buffer.size());
        if (got <= 0)
            return concerned;
        for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            const bool overflow = (event.mask & IN_Q_OVERFLOW) != 0;
            if (overflow || (event.len > 0 && name_ == name && !is_ours(event.mask)))
                concerned = true;
            at += sizeof event + event.len;
        }
    }
}

void watcher::run() noexcept {
    bool again = false;
    while (!stopping_) {
        const auto woken = wait(again);
        if (!woken.work || stopping_)
            continue;
        try {
            again = !work_(woken.file);
        } catch (...) {
            again = true; // out of memory: the next try may find some
        }
    }
}

} // namespace waypost::ldif
