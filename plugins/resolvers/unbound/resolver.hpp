// SPDX-License-Identifier: Apache-2.0
// Questions to libunbound, which works on a thread of its own. All calls into it and all
// completions come from one thread here; the same question under way is asked once.
#pragma once

#include "answer.hpp"
#include "settings.hpp"

#include <waypost/abi/draft/dns.h>
#include <waypost/result.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waypost::unbound {

/// *thread-safe*
class resolver {
public:
    static result<std::unique_ptr<resolver>> open(const settings& with);
    /// Questions under way end with WP_STOPPING.
    ~resolver();
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;

    /// `deadline_ns` is Unix time; the settings' timeout ends a question as well.
    wp_status resolve(std::string_view name, std::string_view type, std::int64_t deadline_ns,
                      const wp_answer** answer, wp_error* why, wp_done done);
    static void release(const wp_answer* answer);

private:
    struct asker {
        const wp_answer** answer;
        wp_done done;
        std::int64_t deadline_ns;
    };
    struct question {
        resolver* of = nullptr;
        std::string name;
        std::string type;
        std::vector<asker> askers;
        int id = 0; // libunbound's; 0: not asked yet
    };
    using key = std::pair<std::string, std::string>; // name, type

    explicit resolver(const settings& with) : settings_(with) {}
    void run();
    void ask_new();
    void expire(std::int64_t now);
    int sleep_ms(std::int64_t now) const;
    static void answered(void* ctx, int code, ub_result* found);
    void answered(question& which, int code, ub_result* found);
    static void tell(const asker& to, wp_status status, answer_box* box, const error& why);

    const settings settings_;
    ub_ctx* unbound_ = nullptr;
    int wake_ = -1; // eventfd
    mutable std::mutex mutex_;
    std::map<key, std::unique_ptr<question>> open_;
    std::vector<question*> new_;
    std::size_t askers_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace waypost::unbound
