// SPDX-License-Identifier: Apache-2.0
// The channels hold, discard and bounce: a job ends here, each recipient alike. CMake makes one
// plugin of each from this file.
#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>
#include <waypost/plugin.hpp>

#include <charconv>

namespace {

using namespace waypost;

#if defined(WAYPOST_DISPOSE_hold)
constexpr const char* id = "org.waypost.hold";
constexpr const char* summary = "Keeps mail until the operator releases it";
constexpr wp_status verdict = WP_PENDING;
constexpr std::uint32_t flags = WP_REPORT_HOLD;
constexpr const char* default_text = "held for the postmaster";
#elif defined(WAYPOST_DISPOSE_discard)
constexpr const char* id = "org.waypost.discard";
constexpr const char* summary = "Takes mail and throws it away";
constexpr wp_status verdict = WP_OK;
constexpr std::uint32_t flags = WP_REPORT_DSN_PASSED_ON; // says nothing to anybody
constexpr const char* default_text = "discarded";
#else
constexpr const char* id = "org.waypost.bounce";
constexpr const char* summary = "Returns mail to its sender";
constexpr wp_status verdict = WP_PERMFAIL;
constexpr std::uint32_t flags = 0;
constexpr const char* default_text = "mail for this address is not taken";
#endif

/// "5.7.1" as the reply 550 5.7.1.
result<std::shared_ptr<const error>> parse_reason(std::string_view status, std::string_view text) {
    error out(verdict, 550, 5, 0, 0, std::string(text));
    const auto* at = status.data();
    const auto* end = at + status.size();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto parsed = std::from_chars(at, end, out.enhanced[i]);
        if (parsed.ec != std::errc{} || (i < 2 && (parsed.ptr == end || *parsed.ptr != '.')))
            return error(WP_INVALID, "status must be a code such as 5.7.1 (RFC 3463)");
        at = parsed.ptr + (i < 2 ? 1 : 0);
    }
    if (at != end || out.enhanced[0] != 5)
        return error(WP_INVALID, "status must be a code such as 5.7.1 (RFC 3463)");
    return std::make_shared<const error>(std::move(out));
}

/// *control strand*, but for deliver
class plugin {
public:
    explicit plugin(context with)
        : context_(std::move(with)), jobs_(context_.service<wp_host_jobs>(WP_HOST_JOBS)) {}

    result<void> start() { return reconfigure(context_.config()); }
    result<void> reconfigure(config_view values) {
        auto reason = parse_reason(values.text("status"), values.text("text"));
        if (!reason)
            return reason.failure();
        std::atomic_store(&reason_, std::move(*reason));
        return {};
    }
    wp_status drain(std::chrono::steady_clock::time_point, wp_done) { return WP_OK; }
    void stop() {}

    const void* facet(std::string_view of) {
        static const wp_channel out{sizeof(wp_channel), 0, &plugin::deliver, nullptr};
        return of == WP_CHANNEL ? &out : nullptr;
    }

private:
    /// [worker] The job may be gone with its last report.
    static wp_status deliver(void* self, wp_job* job, wp_error*, wp_done) {
        const auto& me = *static_cast<plugin*>(self);
        auto why = empty_error();
        fill_error(&why, *std::atomic_load(&me.reason_));
        for (std::uint64_t i = 0, count = job->recipient_count; i < count; ++i) {
            auto report = job_report(i, verdict, verdict == WP_OK ? nullptr : &why);
            report.flags = flags;
            me.jobs_->report(me.context_.host(), job, &report);
        }
        return WP_OK;
    }

    context context_;
    const wp_host_jobs* jobs_;
    std::shared_ptr<const error> reason_; // atomic
};

} // namespace

WAYPOST_PLUGIN(plugin, {.id = id,
                        .version = "0.1.0",
                        .vendor = "Waypost",
                        .license = "Apache-2.0",
                        .summary = summary,
                        .provides = {WP_CHANNEL},
                        .needs = {WP_HOST_JOBS, WP_HOST_CONFIG},
                        .config = {
                            {.name = "text",
                             .type = WP_CONFIG_TEXT,
                             .flags = WP_CONFIG_RELOADABLE,
                             .fallback = default_text,
                             .help = "What senders and the log are told."},
                            {.name = "status",
                             .type = WP_CONFIG_TEXT,
                             .flags = WP_CONFIG_RELOADABLE,
                             .fallback = "5.7.1",
                             .help = "The code that goes with it (RFC 3463)."},
                        }});
