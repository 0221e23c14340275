// SPDX-License-Identifier: Apache-2.0
// A folder of its own for each test, a feed that keeps what it got, and writes in few words.
#pragma once

#include "directory.hpp"

#include <waypost/errors.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>

namespace waypost::ldif::test {

/// Thread-safe. The cache as the kernel would have it: DN as written -> first mail.
class fake_feed {
public:
    fake_feed() {
        feed.struct_size = sizeof feed;
        feed.ctx = this;
        feed.begin = [](void* ctx, std::int32_t kind, wp_error*) { return of(ctx).begin(kind); };
        feed.entries = [](void* ctx, const wp_entry* all, std::uint64_t count, wp_error*) {
            return of(ctx).take(all, count);
        };
        feed.removed = [](void* ctx, const wp_entry* all, std::uint64_t count, wp_error*) {
            return of(ctx).remove(all, count);
        };
        feed.present = [](void*, const wp_bytes*, std::uint64_t, wp_error*) -> wp_status {
            return WP_UNSUPPORTED;
        };
        feed.commit = [](void* ctx, wp_bytes state, wp_error*) {
            return of(ctx).commit(view(state));
        };
        feed.abort = [](void*) {};
        feed.live = [](void* ctx, std::int32_t is_live) { of(ctx).set_live(is_live != 0); };
    }

    template <class Condition>
    [[nodiscard]] bool wait(Condition&& condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(30), condition);
    }

    wp_feed feed{};
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::string> cache;
    std::string cookie;
    int commits = 0;
    int fulls = 0;
    int refuse = 0; ///< so many commits fail
    bool live = false;

private:
    static fake_feed& of(void* ctx) { return *static_cast<fake_feed*>(ctx); }

    wp_status begin(std::int32_t kind) {
        pending_ = kind == WP_FEED_FULL ? std::map<std::string, std::string>{} : cache;
        fulls += kind == WP_FEED_FULL;
        return WP_OK;
    }
    wp_status take(const wp_entry* all, std::uint64_t count) {
        for (const auto* one = all; one != all + count; ++one) {
            std::string mail;
            for (std::uint64_t i = 0; i < one->attribute_count; ++i)
                if (view(one->attributes[i].name) == "mail")
                    mail = view(one->attributes[i].values[0]);
            pending_[std::string(view(one->dn))] = mail;
        }
        return WP_OK;
    }
    wp_status remove(const wp_entry* all, std::uint64_t count) {
        for (const auto* one = all; one != all + count; ++one)
            pending_.erase(std::string(view(one->dn)));
        return WP_OK;
    }
    wp_status commit(std::string_view with) {
        const std::lock_guard lock(mutex);
        if (refuse > 0) {
            --refuse;
            return WP_TEMPFAIL;
        }
        cache = std::move(pending_);
        cookie = with;
        ++commits;
        changed.notify_all();
        return WP_OK;
    }
    void set_live(bool now) {
        const std::lock_guard lock(mutex);
        live = now;
        changed.notify_all();
    }

    std::map<std::string, std::string> pending_;
};

class folder_test : public testing::Test {
protected:
    folder_test() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ldif-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
        file = folder + "/directory.ldif";
    }
    ~folder_test() override { std::filesystem::remove_all(folder); }

    void put(std::string_view text, const std::string& name = "directory.ldif") const {
        std::ofstream(folder + "/" + name, std::ios::trunc) << text;
    }
    std::string get(const std::string& name = "directory.ldif") const {
        std::ifstream in(folder + "/" + name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    options with() const {
        options out;
        out.file = file;
        out.hash.method = hash_method::ssha512;
        return out;
    }

    std::string folder;
    std::string file;
};

/// One addition: uid=NAME,o=x with a mail address and a password.
inline result<void> add_user(directory& to, const std::string& name,
                             const std::string& password = "secret") {
    const std::string dn = "uid=" + name + ",o=x";
    const std::string mail = name + "@example.com";
    const wp_str type = to_abi("inetMailUser");
    const wp_str address = to_abi(mail);
    const wp_str secret = to_abi(password);
    const wp_attribute attributes[] = {{to_abi("objectClass"), &type, 1},
                                       {to_abi("mail"), &address, 1},
                                       {to_abi("userPassword"), &secret, 1}};
    wp_write one{};
    one.struct_size = sizeof one;
    one.kind = WP_WRITE_ADD;
    one.entry = {sizeof(wp_entry), 0, to_abi(dn), {}, attributes, 3};
    std::uint64_t applied = 0;
    return to.write(&one, 1, applied);
}

inline result<void> remove(directory& from, const std::string& dn) {
    wp_write one{};
    one.struct_size = sizeof one;
    one.kind = WP_WRITE_DELETE;
    one.entry.struct_size = sizeof(wp_entry);
    one.entry.dn = to_abi(dn);
    std::uint64_t applied = 0;
    return from.write(&one, 1, applied);
}

inline constexpr std::string_view small_site =
    "# by hand\ndn: o=x\nobjectClass: organization\no: x\n\n"
    "dn: uid=ann,o=x\nobjectClass: inetMailUser\nuid: ann\nmail: ann@example.com\n"
    "userPassword: {SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";

} // namespace waypost::ldif::test
