// SPDX-License-Identifier: Apache-2.0
#include "auth/authenticator.hpp"

#include "auth/login_name.hpp"
#include "auth/secret.hpp"
#include "auth/verified_cache.hpp"
#include "directory/keys.hpp"
#include "routing/status.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::auth {

namespace {

constexpr std::size_t max_name = 320;
constexpr std::size_t max_secret = 4096;

std::int64_t steady_now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

wp_error abi_error(wp_status status) noexcept {
    wp_error out{};
    out.struct_size = sizeof out;
    out.status = status;
    const bool away = status != WP_DENIED;
    out.smtp = away ? 454 : 535; // RFC 4954 s6
    out.enhanced[0] = away ? 4 : 5;
    out.enhanced[1] = 7;
    out.enhanced[2] = away ? 0 : 8;
    const std::string_view text =
        away ? "authentication is not possible at the moment" : "authentication failed";
    std::memcpy(out.text, text.data(), text.size());
    return out;
}

bool usable_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_name &&
           std::none_of(name.begin(), name.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Without the port.
std::string_view host_of(std::string_view client) noexcept {
    if (client.starts_with('['))
        return client.substr(1, client.find(']') - 1);
    const auto colon = client.find(':');
    if (colon != std::string_view::npos && client.find(':', colon + 1) == std::string_view::npos)
        return client.substr(0, colon);
    return client;
}

} // namespace

struct authenticator::shared {
    shared(const directory::cache& c, const directory::backends& b, authenticator_options o)
        : cache(c), backends(b), options(std::move(o)), failures(options.limits),
          verified(options.verified_ttl_ns, options.verified_limit) {
        if (!options.now_ns)
            options.now_ns = steady_now_ns;
        if (!options.log)
            options.log = [](std::int32_t, std::string_view) {};
    }
    const directory::cache& cache;
    const directory::backends& backends;
    authenticator_options options;
    failure_limit failures;
    verified_cache verified;
};

/// One login, from the call to its answer. Single thread at a time.
class authenticator::attempt : public std::enable_shared_from_this<authenticator::attempt> {
public:
    attempt(std::shared_ptr<shared> with, const wp_credentials& from, wp_principal** principal,
            wp_done done)
        : with_(std::move(with)), service_(view(from.service)), client_(view(from.client)),
          host_name_(view(from.host_name)), mechanism_(view(from.mechanism)),
          name_(view(from.name)), authorize_(view(from.authorize)), secret_(view(from.secret)),
          principal_(principal), done_(done), started_ns_(with_->options.now_ns()) {}

    wp_status begin(wp_error* why);

private:
    enum class verdict { ask_backend, unknown, denied, tempfail, verified };
    verdict check();
    verdict check_account(const directory::reader& in, const directory::account_view& row,
                          std::string_view domain);
    verdict no(std::string_view reason);
    void on_worker();
    wp_status ask_backend();
    wp_status answer_now(wp_status status, wp_error* why);
    void answer(wp_status status);
    void tell(wp_status status);

    std::shared_ptr<shared> with_;
    std::string service_, client_, host_name_, mechanism_, name_, authorize_;
    secret secret_;
    wp_principal** principal_;
    wp_done done_;
    std::int64_t started_ns_;

    std::string account_; // once found
    std::string dn_;
    verified_cache::version version_;
    std::string reason_;
};

wp_status authenticator::attempt::begin(wp_error* why) {
    if (!mechanism_.empty() && !equal_folded(mechanism_, "PLAIN") &&
        !equal_folded(mechanism_, "LOGIN"))
        return answer_now(WP_UNSUPPORTED, why);
    auto found = verdict::denied;
    if (!usable_name(name_) || secret_.text().size() > max_secret)
        no("the name or the password is not usable");
    else if (secret_.text().empty())
        no("the password is empty"); // LDAP would take it for an anonymous bind: RFC 4513 s5.1.2
    else
        found = check();
    if (found == verdict::verified)
        return answer_now(WP_OK, why);
    if (found == verdict::tempfail)
        return answer_now(WP_TEMPFAIL, why);
    if (found == verdict::denied && !with_->options.after) {
        with_->failures.failed(account_, client_, started_ns_);
        return answer_now(WP_DENIED, why);
    }
    if (found == verdict::denied) {
        answer(WP_DENIED);
        return WP_PENDING;
    }
    if (!with_->options.run_on_worker([self = shared_from_this()] { self->on_worker(); })) {
        reason_ = "too many logins at once";
        return answer_now(WP_TEMPFAIL, why);
    }
    return WP_PENDING;
}

authenticator::attempt::verdict authenticator::attempt::no(std::string_view reason) {
    reason_ = reason;
    return verdict::denied;
}

authenticator::attempt::verdict authenticator::attempt::check() {
    const auto in = with_->cache.read();
    if (!in.ok())
        return verdict::tempfail;
    const auto wanted = read_login_name(in, name_, host_name_, with_->options.default_domain);
    const auto key = wanted.user + "@" + wanted.domain;
    // Names that mean the same user share one count of failures, and made-up ones have theirs.
    account_ = key;
    if (!with_->failures.may_try(account_, client_, started_ns_))
        return no("too many failures before");
    if (wanted.domain.empty()) {
        if (!with_->cache.is_complete())
            return verdict::tempfail;
        return no("the domain is not known");
    }
    const auto row = in.account(key);
    if (row.valid())
        return check_account(in, row, wanted.domain);
    // Not a uid: perhaps an address of the user.
    const auto alias = in.alias(key);
    if (!alias.valid() || alias.kind() != WP_ALIAS_USER || alias.account().empty()) {
        if (!with_->cache.is_complete())
            return verdict::tempfail;
        no("the user is not known");
        return verdict::unknown;
    }
    if (alias.domain() != wanted.domain)
        return no("the user is of another domain");
    account_ = alias.account();
    if (!with_->failures.may_try(account_, client_, started_ns_))
        return no("too many failures before");
    return check_account(in, alias, wanted.domain);
}

authenticator::attempt::verdict authenticator::attempt::check_account(
    const directory::reader& in, const directory::account_view& row, std::string_view domain_name) {
    const auto domain = in.domain(domain_name);
    const auto domain_state = domain.valid() ? domain.status() : routing::state::inactive;
    if (!routing::may_log_in(domain_state))
        return no(fmt::format("the domain is {}", routing::to_text(domain_state)));
    if (!routing::may_log_in(row.status()))
        return no(fmt::format("the user is {} ({})", routing::to_text(row.status()),
                              row.state_attribute()));
    const auto host = host_of(client_);
    if (!routing::service_allowed(domain.services(), service_, host))
        return no("mailDomainAllowedServiceAccess does not allow it");
    if (!routing::service_allowed(row.services(), service_, host))
        return no("mailAllowedServiceAccess does not allow it");
    if (!authorize_.empty()) {
        const auto other =
            read_login_name(in, authorize_, host_name_, with_->options.default_domain);
        if (other.user + "@" + other.domain != account_)
            return no("it may not act as another user");
    }
    dn_ = row.dn();
    version_ = {in.generation_number(), row.sequence()};
    return with_->verified.knows(account_, secret_.text(), version_, started_ns_)
               ? verdict::verified
               : verdict::ask_backend;
}

void authenticator::attempt::on_worker() {
    try {
        if (dn_.empty()) { // unknown, on the word of a cache that may be behind
            auto found = verdict::denied;
            if (with_->options.confirm && !with_->cache.is_live())
                found = with_->options.confirm->look_up(account_) == WP_OK ? check()
                                                                           : verdict::tempfail;
            if (found == verdict::tempfail)
                return answer(WP_TEMPFAIL);
            if (found == verdict::verified)
                return answer(WP_OK);
            if (found != verdict::ask_backend)
                return answer(WP_DENIED);
        }
        answer(ask_backend());
    } catch (const std::exception& broken) {
        reason_ = broken.what();
        answer(WP_TEMPFAIL);
    }
}

wp_status authenticator::attempt::ask_backend() {
    const auto normalised = normalise_dn(dn_);
    const auto* backend = normalised ? with_->backends.owner_of(*normalised) : nullptr;
    if (!backend) {
        reason_ = "no directory backend owns the entry";
        return WP_TEMPFAIL;
    }
    wp_error why = empty_error();
    switch (
        backend->table->authenticate(backend->self, to_abi(dn_), to_abi(secret_.text()), &why)) {
    case WP_OK:
        with_->verified.remember(account_, secret_.text(), version_, with_->options.now_ns());
        return WP_OK;
    case WP_DENIED:
    case WP_NOT_FOUND:
        reason_ = "wrong password";
        return WP_DENIED;
    default:
        reason_ = fmt::format("directory backend {}: {}", backend->name, why.text);
        return WP_TEMPFAIL;
    }
}

void authenticator::attempt::tell(wp_status status) {
    secret_.wipe();
    if (status == WP_OK) {
        with_->failures.succeeded(account_);
        with_->options.log(WP_LOG_INFO,
                           fmt::format("login of {} for {} from {}", account_, service_, client_));
        return;
    }
    const auto name =
        usable_name(name_) ? std::string_view(name_) : std::string_view("(unusable name)");
    with_->options.log(
        status == WP_DENIED ? WP_LOG_NOTICE : WP_LOG_WARNING,
        fmt::format("login of {} for {} from {} refused: {}", name, service_, client_, reason_));
}

wp_status authenticator::attempt::answer_now(wp_status status, wp_error* why) {
    if (status == WP_OK)
        *principal_ = new wp_principal(account_, dn_);
    else if (why)
        *why = abi_error(status);
    tell(status);
    return status;
}

void authenticator::attempt::answer(wp_status status) {
    tell(status);
    if (status == WP_OK) {
        *principal_ = new wp_principal(account_, dn_);
        return done_.fn(done_.ctx, WP_OK, nullptr);
    }
    const auto deliver = [done = done_, status] {
        const auto why = abi_error(status);
        done.fn(done.ctx, status, &why);
    };
    std::int64_t wait = 0;
    // From the beginning of the attempt: how long the check took is not to be seen from outside.
    if (status == WP_DENIED)
        wait = with_->failures.failed(account_, client_, started_ns_) -
               (with_->options.now_ns() - started_ns_);
    if (with_->options.after)
        with_->options.after(std::max<std::int64_t>(wait, 0), deliver);
    else
        deliver(); // on a worker: another stack than the call's
}

authenticator::authenticator(const directory::cache& cache, const directory::backends& backends,
                             authenticator_options options)
    : shared_(std::make_shared<shared>(cache, backends, std::move(options))) {}

authenticator::~authenticator() = default;

wp_status authenticator::login(const wp_credentials& credentials, wp_principal** principal,
                               wp_error* why, wp_done done) {
    *principal = nullptr;
    return std::make_shared<attempt>(shared_, credentials, principal, done)->begin(why);
}

wp_str authenticator::account(const wp_principal* principal) {
    return to_abi(principal->account);
}

} // namespace waypost::kernel::auth
