// SPDX-License-Identifier: Apache-2.0
// The boundary of the LDAP directory: configuration keys, and the facet wp.directory/1 over class
// directory.
#include "directory.hpp"

#include <waypost/directory.hpp>
#include <waypost/plugin.hpp>

namespace waypost::ldap {
namespace {

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with) : directory_(settings_of(with.config()), with.logger()) {}

    result<void> start() { return {}; }
    void stop() { directory_.stop(); }
    const void* facet(std::string_view id) const {
        return id == WP_DIRECTORY ? &directory_facet<plugin>::table : nullptr;
    }
    class directory& directory() noexcept {
        return directory_;
    }

private:
    class directory directory_;
};

} // namespace
} // namespace waypost::ldap

WAYPOST_PLUGIN(
    waypost::ldap::plugin,
    {.id = "org.waypost.ldap",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Directory on LDAP servers, followed as it changes",
     .provides = {WP_DIRECTORY},
     .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
     .config = {
         {.name = "servers",
          .type = WP_CONFIG_LIST,
          .flags = WP_CONFIG_REQUIRED,
          .help = "URIs (ldap://, ldaps://, ldapi://) of servers with the same content, the "
                  "preferred one first. 'ldapi://%2Frun%2Fslapd%2Fldapi' is a local socket."},
         {.name = "bases",
          .type = WP_CONFIG_LIST,
          .flags = WP_CONFIG_REQUIRED,
          .help = "Names (DN) of the subtrees that are read. They must exist on the server."},
         {.name = "start_tls",
          .type = WP_CONFIG_BOOLEAN,
          .fallback = "false",
          .help = "StartTLS on ldap:// servers. A server that refuses it, or whose certificate "
                  "does not verify, is not used."},
         {.name = "ca_file",
          .type = WP_CONFIG_PATH,
          .help = "Certificates (PEM) that may vouch for the servers. Default: those of the "
                  "system's LDAP configuration."},
         {.name = "certificate",
          .type = WP_CONFIG_PATH,
          .help = "Certificate (PEM) shown to the servers, for bind = 'external' over TLS."},
         {.name = "key", .type = WP_CONFIG_PATH, .help = "Its private key (PEM)."},
         {.name = "bind",
          .type = WP_CONFIG_TEXT,
          .fallback = "simple",
          .help = "'simple': bind_dn and its password. 'external': SASL EXTERNAL, by the "
                  "certificate or over ldapi:// by the user that the daemon is."},
         {.name = "bind_dn",
          .type = WP_CONFIG_TEXT,
          .help = "Who the daemon is. Empty: anonymous, and it can only read."},
         {.name = "bind_password_file",
          .type = WP_CONFIG_PATH,
          .help = "File whose first line is the password of bind_dn."},
         {.name = "follow",
          .type = WP_CONFIG_TEXT,
          .fallback = "auto",
          .help = "How changes are learned: 'syncrepl' (RFC 4533, live), 'times' (modification "
                  "times, polled), or 'auto': syncrepl where the server offers it."},
         {.name = "timeout",
          .type = WP_CONFIG_DURATION,
          .fallback = "5s",
          .help = "Longest wait for a server to connect or to answer.",
          .minimum = 100000000,
          .maximum = 600000000000},
         {.name = "heartbeat",
          .type = WP_CONFIG_DURATION,
          .fallback = "30s",
          .help = "A server that is followed and said nothing for this long is asked whether it "
                  "is there; without an answer within 'timeout' it is away.",
          .minimum = 100000000,
          .maximum = 3600000000000},
         {.name = "server_pause",
          .type = WP_CONFIG_DURATION,
          .fallback = "30s",
          .help = "A server that did not answer is asked last for this long.",
          .minimum = 0,
          .maximum = 3600000000000},
         {.name = "page_size",
          .type = WP_CONFIG_INTEGER,
          .fallback = "1000",
          .help = "Entries per page of a full read without syncrepl (RFC 2696).",
          .minimum = 10,
          .maximum = 100000},
         {.name = "referrals",
          .type = WP_CONFIG_INTEGER,
          .fallback = "0",
          .help = "How many referrals in a row are followed; 0: none. Credentials are shown only "
                  "to the servers named above.",
          .minimum = 0,
          .maximum = 10},
         {.name = "lookup_connections",
          .type = WP_CONFIG_INTEGER,
          .fallback = "4",
          .help = "Most connections for look-ups and writes.",
          .minimum = 1,
          .maximum = 100},
         {.name = "login_connections",
          .type = WP_CONFIG_INTEGER,
          .fallback = "4",
          .help = "Most connections for checking passwords.",
          .minimum = 1,
          .maximum = 100},
         {.name = "refresh_limit",
          .type = WP_CONFIG_SIZE,
          .fallback = "64MiB",
          .help = "More changes than this since the last run, and the directory is read in full "
                  "instead of in memory.",
          .minimum = 65536,
          .maximum = std::int64_t{1} << 40},
     }});
