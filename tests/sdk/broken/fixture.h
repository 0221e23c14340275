/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole plugin in C. Each fixture defines what is wrong with it and includes this; what it does
 * not define is right. A static constructor leaves a mark in the environment: a refused plugin must
 * not leave it.
 */
#include <waypost/abi.h>

#include <stdlib.h>

#ifndef FIXTURE_ID
#define FIXTURE_ID "org.waypost.test.fixture"
#endif
#ifndef FIXTURE_DESCRIPTOR_ID
#define FIXTURE_DESCRIPTOR_ID FIXTURE_ID
#endif
#ifndef FIXTURE_MAJOR
#define FIXTURE_MAJOR WP_ABI_MAJOR
#endif
#ifndef FIXTURE_SIZE
#define FIXTURE_SIZE sizeof(wp_plugin)
#endif
#ifndef FIXTURE_NEEDS
#define FIXTURE_NEEDS WP_HOST_LOG, NULL
#endif
#ifndef FIXTURE_START
#define FIXTURE_START start
#endif
#ifndef FIXTURE_PROVIDES
#define FIXTURE_PROVIDES "test.fixture/1"
#endif

__attribute__((constructor)) static void mark(void) {
    setenv("WAYPOST_FIXTURE_RAN", "yes", 1);
}

#ifndef FIXTURE_NO_NOTE
static const wp_elf_note note WP_NOTE_SECTION = {sizeof(WP_NOTE_OWNER),
                                                 sizeof(wp_note),
                                                 WP_NOTE_TYPE,
                                                 WP_NOTE_OWNER,
                                                 {FIXTURE_MAJOR, WP_ABI_MINOR, FIXTURE_ID}};
#endif

struct fixture {
    const wp_host* host;
};

static wp_status create(const wp_host* host, wp_str instance, const wp_config* config, void** self,
                        wp_error* why) {
    (void)instance;
    (void)config;
    (void)why;
    struct fixture* made = calloc(1, sizeof *made);
    if (made == NULL)
        return WP_TEMPFAIL;
    made->host = host;
    *self = made;
    return WP_OK;
}

static void say(struct fixture* self, const char* text, size_t size) {
    const wp_host_log* log = self->host->service(self->host, WP_HOST_LOG);
    const wp_str line = {text, size};
    log->write(self->host, WP_LOG_INFO, line, NULL, 0);
}

__attribute__((unused)) static wp_status start(void* self, wp_error* why) {
    (void)why;
    say(self, "started", 7);
    return WP_OK;
}

static wp_status drain(void* self, int64_t deadline_ns, wp_done done) {
    (void)self;
    (void)deadline_ns;
    (void)done;
    return WP_OK;
}

static void stop(void* self) {
    say(self, "stopped", 7);
}
static void destroy(void* self) {
    free(self);
}

static const void* facet(void* self, const char* id) {
    (void)self;
    (void)id;
    return NULL;
}

static const char* const provides[] = {FIXTURE_PROVIDES, NULL};
static const char* const needs[] = {FIXTURE_NEEDS};

WP_EXPORT const wp_plugin waypost_plugin_v1 = {
    .struct_size = FIXTURE_SIZE,
    .abi_major = FIXTURE_MAJOR,
    .abi_minor = WP_ABI_MINOR,
    .id = FIXTURE_DESCRIPTOR_ID,
    .version = "1.0",
    .vendor = "",
    .license = "Apache-2.0",
    .summary = "Fixture",
    .sdk_version = "0.1",
    .provides = provides,
    .needs = needs,
    .create = create,
    .start = FIXTURE_START,
    .drain = drain,
    .stop = stop,
    .destroy = destroy,
    .facet = facet,
};
