// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"

#include <fcntl.h>

namespace waypost::net::test {
namespace {

TEST(listener, spreads_connections_evenly_over_the_threads) {
    static std::atomic<int> on_thread[3];
    struct counting : echo_session {
        using echo_session::echo_session;
        void on_open() override {
            ++on_thread[connection_.thread_index()];
            echo_session::on_open();
        }
    };
    server with(make<counting>(), 3);
    std::vector<client> peers;
    for (int i = 0; i < 30; ++i) {
        peers.push_back(with.connect());
        EXPECT_EQ(peers.back().hear(7), "hello\r\n");
    }
    for (const auto& count : on_thread)
        EXPECT_EQ(count, 10);
}

TEST(listener, refuses_connections_over_the_limits_and_takes_new_ones_later) {
    listener_options options;
    options.limits = std::make_shared<admission>(10, 2);
    options.on_refused = [](const address& peer, admission::verdict why) {
        EXPECT_EQ(peer.text(), "127.0.0.1");
        EXPECT_EQ(why, admission::verdict::too_many_from_address);
        return std::string("421 too many\r\n");
    };
    server with(make<echo_session>(), 1, false, options);
    client first = with.connect();
    first.hear(7);
    {
        client second = with.connect();
        second.hear(7);
        client third = with.connect();
        EXPECT_EQ(third.hear_all(), "421 too many\r\n");
        second.say("QUIT\r\n");
        second.hear_all();
    }
    client fourth = with.connect();
    EXPECT_EQ(fourth.hear(7), "hello\r\n");
}

TEST(listener, leaves_connections_open_when_it_closes) {
    server with(make<echo_session>());
    client peer = with.connect();
    peer.hear(7);
    with.listening->close();
    peer.say("x\r\n");
    EXPECT_EQ(peer.hear(3), "x\r\n");
}

TEST(listener, does_not_take_a_descriptor_that_does_not_listen) {
    io_pool pool({1, "test", {}, false});
    EXPECT_FALSE(listener::adopt(pool, ::open("/dev/null", O_RDONLY), {}));
}

TEST(io_pool, tells_once_when_the_last_connection_is_gone) {
    struct polite : echo_session {
        using echo_session::echo_session;
        void on_drain() override {
            connection_.write("bye\r\n");
            connection_.finish();
        }
    };
    server with(make<polite>(), 2);
    client a = with.connect();
    client b = with.connect();
    a.hear(7);
    b.hear(7);
    event empty;
    with.pool.when_empty([&] { empty.set(); });
    with.pool.drain();
    EXPECT_EQ(a.hear_all(), "bye\r\n");
    EXPECT_EQ(b.hear_all(), "bye\r\n");
    EXPECT_TRUE(empty.wait());
}

} // namespace
} // namespace waypost::net::test
