// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"
#include "self_signed.hpp"

#include <waypost/net/tls_context.hpp>

#include <malloc.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace waypost::net::test {
namespace {

std::shared_ptr<tls_slot> slot;

/// A line protocol with a command that starts TLS.
struct tls_session : echo_session {
    using echo_session::echo_session;
    static inline bool ask_honestly = true;
    std::size_t on_data(std::string_view input) override {
        if (input.starts_with("STARTTLS\r\n")) {
            const std::size_t rest = ask_honestly ? input.size() - 10 : 0;
            if (connection_.start_tls(slot->get(), rest)) {
                connection_.write("go\r\n");
                return 10;
            }
            connection_.write("no\r\n");
            connection_.finish();
            return input.size();
        }
        return echo_session::on_data(input);
    }
    void on_secured() override { secured_ = true; }
    bool secured_ = false;
};

/// A TLS client over a connected socket.
class tls_client {
public:
    tls_client(client& over, const char* name)
        : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
        SSL_set_fd(ssl_, over.fd());
        if (name != nullptr)
            SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     const_cast<char*>(name));
        connected = SSL_connect(ssl_) == 1;
    }
    ~tls_client() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    void say(std::string_view text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
    std::string hear(std::size_t bytes) {
        std::string out;
        while (out.size() < bytes) {
            char buffer[4096];
            const int got = SSL_read(ssl_, buffer, sizeof buffer);
            if (got <= 0)
                break;
            out.append(buffer, static_cast<std::size_t>(got));
        }
        return out;
    }
    std::string common_name() {
        X509* certificate = SSL_get1_peer_certificate(ssl_);
        char name[100] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                  sizeof name);
        X509_free(certificate);
        return name;
    }
    bool connected = false;

private:
    SSL_CTX* context_;
    SSL* ssl_;
};

class tls_test : public ::testing::Test {
protected:
    void SetUp() override {
        tls_session::ask_honestly = true;
        slot = std::make_shared<tls_slot>();
        load({"one.example", "two.example"});
    }
    void load(const std::vector<std::string>& names) {
        std::vector<tls_certificate> files;
        for (const std::string& name : names)
            files.push_back(folder.make(name));
        auto made = tls_context::load(files);
        ASSERT_TRUE(made) << made.failure().text;
        slot->set(*made);
    }
    self_signed folder;
};

TEST_F(tls_test, upgrades_a_connection_and_chooses_the_certificate_by_name) {
    server with(make<tls_session>());
    for (const auto& [asked, got] :
         {std::pair<const char*, const char*>{"two.example", "two.example"},
          {"other.example", "one.example"},
          {nullptr, "one.example"},
          {"TWO.example", "two.example"}}) {
        client peer = with.connect();
        peer.hear(7);
        peer.say("STARTTLS\r\n");
        ASSERT_EQ(peer.hear(4), "go\r\n");
        tls_client secured(peer, asked);
        ASSERT_TRUE(secured.connected);
        EXPECT_EQ(secured.common_name(), got);
        secured.say("private\r\n");
        EXPECT_EQ(secured.hear(9), "private\r\n");
        const std::string large = long_line(30000, 'x');
        secured.say(large);
        EXPECT_EQ(secured.hear(large.size()), large);
    }
}

TEST_F(tls_test, tells_the_session_about_commands_injected_before_the_handshake) {
    server with(make<tls_session>());
    client peer = with.connect();
    peer.hear(7);
    peer.say("STARTTLS\r\nINJECTED\r\n");
    EXPECT_EQ(peer.hear_all(), "no\r\n");
}

TEST_F(tls_test, closes_when_a_session_overlooks_injected_commands) {
    tls_session::ask_honestly = false;
    server with(make<tls_session>());
    client peer = with.connect();
    peer.hear(7);
    peer.say("STARTTLS\r\nINJECTED\r\n");
    EXPECT_EQ(peer.hear_all().find("INJECTED"), std::string::npos);
    EXPECT_EQ(with.faults, 0);
}

TEST_F(tls_test, reads_plain_text_after_the_upgrade_as_a_broken_handshake) {
    server with(make<tls_session>());
    client peer = with.connect();
    peer.hear(7);
    peer.say("STARTTLS\r\n");
    peer.hear(4);
    peer.say("INJECTED\r\nINJECTED\r\nINJECTED\r\n");
    EXPECT_EQ(peer.hear_all().find("INJECTED"), std::string::npos);
}

TEST_F(tls_test, implicit_tls_greets_after_the_handshake_and_reloads_without_a_break) {
    listener_options options;
    options.implicit_tls = slot;
    server with(make<tls_session>(), 1, false, options);
    client peer = with.connect();
    tls_client secured(peer, "one.example");
    EXPECT_EQ(secured.hear(7), "hello\r\n");
    load({"three.example"});
    client later = with.connect();
    tls_client fresh(later, "one.example");
    EXPECT_EQ(fresh.common_name(), "three.example");
    secured.say("old\r\n");
    EXPECT_EQ(secured.hear(5), "old\r\n");
}

TEST_F(tls_test, an_idle_secured_connection_costs_less_than_forty_kib) {
    listener_options options;
    options.implicit_tls = slot;
    server with(make<tls_session>(), 1, false, options);
    std::vector<client> peers;
    constexpr std::size_t count = 100;
    peers.reserve(count);
    std::vector<std::unique_ptr<tls_client>> secured;
    for (std::size_t i = 0; i < count; ++i) {
        peers.push_back(with.connect());
        secured.push_back(std::make_unique<tls_client>(peers.back(), "one.example"));
        ASSERT_EQ(secured.back()->hear(7), "hello\r\n");
    }
    secured.clear(); // the clients' share of the heap
    const std::size_t both = ::mallinfo2().uordblks;
    with.pool.stop();
    const std::size_t each = (both - ::mallinfo2().uordblks) / count;
    std::printf("idle TLS connection: %zu bytes\n", each);
    EXPECT_LT(each, 40u * 1024);
}

TEST_F(tls_test, says_which_file_is_wrong) {
    const tls_certificate missing{"/nonexistent/cert.pem", "/nonexistent/key.pem"};
    const auto made = tls_context::load({&missing, 1});
    ASSERT_FALSE(made);
    EXPECT_NE(made.failure().text.find("/nonexistent/cert.pem"), std::string::npos);
    auto a = folder.make("a.example");
    const auto b = folder.make("b.example");
    a.key_file = b.key_file;
    EXPECT_FALSE(tls_context::load({&a, 1}));
}

} // namespace
} // namespace waypost::net::test
