/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.channel/1: delivers jobs. A job is one message for one or more recipients with the same next
 * hop. An inbound channel needs no facet; it calls wp.host.ingress/1. Draft.
 *
 * Two ways: `stage` takes part in the log group that accepts the message (local stores with a
 * journal: no queue, one flush); `deliver` works later, from the queue, and reports per recipient,
 * at once or days later.
 */
#ifndef WAYPOST_ABI_DRAFT_CHANNEL_H
#define WAYPOST_ABI_DRAFT_CHANNEL_H

#include <waypost/abi/draft/content.h>
#include <waypost/abi/draft/ingress.h>
#include <waypost/abi/draft/journal.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_CHANNEL "wp.channel/1"
#define WP_HOST_JOBS "wp.host.jobs/2"

typedef struct wp_job_recipient {
    uint32_t struct_size;
    uint32_t notify; /* WP_NOTIFY_* */
    wp_str address;  /* where it goes now */
    wp_str original; /* as the first sender wrote it */
    wp_str orcpt;
    wp_str account;      /* canonical account ("ann@example.com") of a local recipient, or empty */
    wp_str detail;       /* of user+detail, or empty */
    uint64_t key;        /* unique within id, and stable: with it the idempotence key */
    int64_t quota_bytes; /* effective quota of the account; -1 none */
    int64_t quota_messages; /* -1 none */
} wp_job_recipient;

/* Lives until its last recipient was reported. */
typedef struct wp_job {
    uint32_t struct_size;
    uint32_t flags;      /* WP_MAIL_* */
    uint64_t id;         /* of the queued message: the same for every job made of it, through
                            retries, new routes and restarts; never reused */
    uint64_t message;    /* id in the log */
    uint64_t size;       /* of the content */
    int64_t received_ns; /* Unix time of acceptance */
    int64_t expires_ns;  /* end of the message's lifetime */
    wp_str next_hop;     /* as the routing table says; empty for local channels. "example.org": its
                            MX; "[mx.example.org]" or "[192.0.2.1]": that host; both may end in
                            ":port" */
    wp_str sender;       /* envelope sender; empty: null */
    wp_str envid;
    const wp_job_recipient* recipients;
    uint64_t recipient_count;
    void* impl; /* the host's own */
} wp_job;

/* wp_job_report.flags */
#define WP_REPORT_DSN_PASSED_ON 1u /* WP_OK: the next system took NOTIFY, ORCPT, ENVID over */
#define WP_REPORT_UNREACHABLE                                                                      \
    2u                    /* the next hop failed, not this recipient: no connection, no            \
                             greeting, no DNS; others for it will fare alike */
#define WP_REPORT_HOLD 4u /* with WP_PENDING: kept until the operator releases it */

/* What became of one recipient of a job. */
typedef struct wp_job_report {
    uint32_t struct_size;
    wp_status status;   /* WP_OK delivered, or passed on; WP_TEMPFAIL try again; WP_PERMFAIL return
                           it; WP_PENDING handed over for good: kept, not tried again, report_later
                           tells */
    uint64_t recipient; /* index in the job */
    uint32_t flags;
    uint32_t reserved;
    wp_str remote;         /* who said so: "mx1.example.org"; empty: nobody but the channel */
    wp_str reply;          /* in its own words, "550 5.1.1 no such user" */
    const wp_error* error; /* for people and reports; may be null with WP_OK */
} wp_job_report;

typedef struct wp_host_jobs {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] A reference to the message's bytes; unref it. */
    wp_status (*content)(const wp_host* host, const wp_job* job, wp_content** content,
                         wp_error* error);
    /* [any] Each recipient exactly once a job. All is copied. */
    void (*report)(const wp_host* host, const wp_job* job, const wp_job_report* report);
    /* [any] Days later, for a recipient that was reported WP_PENDING; report->recipient is its
     * key. */
    void (*report_later)(const wp_host* host, uint64_t job_id, const wp_job_report* report);
} wp_host_jobs;

typedef struct wp_channel {
    uint32_t struct_size;
    uint32_t reserved;
    /* [worker] Takes the job and reports each recipient, before or after `done`. */
    wp_status (*deliver)(void* self, wp_job* job, wp_error* error, wp_done done);
    /*
     * [commit] Optional. Delivers within the group: results[i] tells each recipient's fate (status
     * WP_OK, WP_TEMPFAIL: queue it, WP_OVERQUOTA, WP_PERMFAIL). Nothing is visible before the group
     * is durable.
     */
    wp_status (*stage)(void* self, wp_group* group, const wp_job* job, wp_error* results);
} wp_channel;

#ifdef __cplusplus
}
#endif

#endif
