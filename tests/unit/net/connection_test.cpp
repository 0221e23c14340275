// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"

#include <waypost/net/completion.hpp>
#include <waypost/net/limits.hpp>

#include <thread>

namespace waypost::net::test {
namespace {

TEST(connection, echoes_a_pipelined_batch) {
    server with(make<echo_session>());
    client peer = with.connect();
    EXPECT_EQ(peer.hear(7), "hello\r\n");
    peer.say("one\r\ntwo\r\nQUIT\r\nignored\r\n");
    EXPECT_EQ(peer.hear_all(), "one\r\ntwo\r\nQUIT\r\n");
}

TEST(connection, hands_over_a_line_that_comes_octet_by_octet) {
    server with(make<echo_session>());
    client peer = with.connect();
    peer.hear(7);
    for (const char c : std::string("slow\r\n"))
        peer.say({&c, 1});
    EXPECT_EQ(peer.hear(6), "slow\r\n");
}

TEST(connection, grows_the_held_input_and_refuses_more_than_its_limit) {
    server with(make<echo_session>());
    client peer = with.connect();
    peer.hear(7);
    const std::string line = long_line(20000, 'x');
    peer.say(line);
    EXPECT_EQ(peer.hear(line.size()), line);
    peer.say(std::string(limits::input_bytes + 1, 'y'));
    EXPECT_EQ(peer.hear_all(), "");
}

TEST(connection, answers_what_came_before_the_end_of_input) {
    server with(make<echo_session>());
    client peer = with.connect();
    peer.say("last words\r\n");
    peer.end();
    EXPECT_EQ(peer.hear_all(), "hello\r\nlast words\r\n");
}

TEST(connection, stops_reading_while_the_peer_does_not_read) {
    server with(make<echo_session>());
    client peer = with.connect();
    peer.hear(7);
    const std::string line = long_line(998, 'z');
    const std::size_t lines = 40000; // more than the sockets' buffers hold
    std::thread talker([&] {
        for (std::size_t i = 0; i < lines; ++i)
            peer.say(line);
        peer.say("QUIT\r\n");
    });
    const std::string all = peer.hear_all();
    talker.join();
    EXPECT_EQ(all.size(), lines * line.size() + 6);
}

struct timeout_session : echo_session {
    using echo_session::echo_session;
    void on_open() override { connection_.expire_after(std::chrono::seconds(5)); }
    void on_timeout() override {
        connection_.write("bye\r\n");
        connection_.finish();
    }
};

TEST(connection, expires_by_the_clock_and_not_before) {
    server with(make<timeout_session>(), 1, true);
    client peer = with.connect();
    peer.say("here\r\n");
    EXPECT_EQ(peer.hear(6), "here\r\n");
    with.pool.advance(std::chrono::seconds(4));
    peer.say("still\r\n");
    EXPECT_EQ(peer.hear(7), "still\r\n");
    with.pool.advance(std::chrono::seconds(1));
    EXPECT_EQ(peer.hear_all(), "bye\r\n");
}

struct faulty_session : echo_session {
    using echo_session::echo_session;
    std::size_t on_data(std::string_view) override { throw std::runtime_error("a bug"); }
};

TEST(connection, a_throwing_session_costs_its_own_connection_only) {
    server with(make<faulty_session>());
    client peer = with.connect();
    client other = with.connect();
    other.hear(7);
    peer.say("x\r\n");
    EXPECT_EQ(peer.hear_all(), "hello\r\n");
    with.pool.advance(std::chrono::seconds(1)); // the thread is done with it
    EXPECT_EQ(with.faults, 1);
    EXPECT_EQ(with.pool.connections(), 1u);
}

/// Each line waits for a completion from another thread.
struct waiting_session : echo_session {
    explicit waiting_session(connection& on) : echo_session(on) { ++alive; }
    ~waiting_session() override { --alive; }
    static inline std::atomic<int> alive{0};
    static inline std::mutex mutex;
    static inline std::vector<wp_done> waiting;
    static inline event* given = nullptr;
    completion completion_;

    std::size_t on_data(std::string_view input) override {
        const std::size_t end = input.find('\n');
        if (end == std::string_view::npos)
            return 0;
        connection_.pause();
        const wp_done done =
            completion_.arm(connection_, [](session& self, wp_status status, const wp_error*) {
                auto& me = static_cast<waiting_session&>(self);
                me.connection_.write(status == WP_OK ? "done\r\n" : "failed\r\n");
                me.connection_.resume();
            });
        const std::lock_guard lock(mutex);
        waiting.push_back(done);
        given->set();
        return end + 1;
    }
};

/// What makes sessions that say `given` when a completion is armed.
auto waiting_server(event& given) {
    waiting_session::given = &given;
    waiting_session::waiting.clear();
    return make<waiting_session>();
}

TEST(connection, waits_for_a_completion_and_goes_on_with_what_was_pipelined) {
    event given;
    server with(waiting_server(given));
    client peer = with.connect();
    peer.say("a\r\nb\r\n");
    for (int i = 0; i < 2; ++i) {
        wp_done done{};
        while (done.fn == nullptr) {
            const std::lock_guard lock(waiting_session::mutex);
            if (!waiting_session::waiting.empty()) {
                done = waiting_session::waiting.back();
                waiting_session::waiting.clear();
            }
        }
        done.fn(done.ctx, WP_OK, nullptr);
    }
    EXPECT_EQ(peer.hear(7 + 12), "hello\r\ndone\r\ndone\r\n");
}

TEST(connection, a_completion_after_the_peer_left_is_harmless) {
    event given;
    server with(waiting_server(given));
    {
        client peer = with.connect();
        peer.say("a\r\n");
        ASSERT_TRUE(given.wait());
    }
    with.pool.advance(std::chrono::seconds(1));
    const wp_done done = waiting_session::waiting.back();
    wp_error why{};
    why.struct_size = sizeof why;
    done.fn(done.ctx, WP_TEMPFAIL, &why);
    event empty;
    with.pool.when_empty([&] { empty.set(); });
    EXPECT_TRUE(empty.wait());
}

TEST(connection, a_completion_after_the_pool_stopped_frees_the_session) {
    event given;
    server with(waiting_server(given));
    client peer = with.connect();
    peer.say("a\r\n");
    ASSERT_TRUE(given.wait());
    with.pool.stop();
    ASSERT_EQ(waiting_session::alive, 1);
    const wp_done done = waiting_session::waiting.back();
    done.fn(done.ctx, WP_OK, nullptr);
    EXPECT_EQ(waiting_session::alive, 0);
}

/// Sends a large text without copying it, and notes when it is let go.
struct big_session : echo_session {
    using echo_session::echo_session;
    static inline event* released = nullptr;
    void on_open() override {
        auto text = std::shared_ptr<std::string>(new std::string(8 << 20, 'b'), [](std::string* p) {
            delete p;
            released->set();
        });
        const std::size_t half = text->size() / 2;
        const iovec pieces[] = {{text->data(), half}, {text->data() + half, half}};
        connection_.write("<");
        connection_.send(pieces, text);
        connection_.write(">");
        connection_.finish();
    }
};

TEST(connection, sends_foreign_memory_in_order_and_lets_it_go) {
    event released;
    big_session::released = &released;
    server with(make<big_session>());
    client peer = with.connect();
    const std::string all = peer.hear_all();
    EXPECT_EQ(all.size(), (8u << 20) + 2);
    EXPECT_EQ(all.front(), '<');
    EXPECT_EQ(all.back(), '>');
    EXPECT_TRUE(released.wait());
}

TEST(connection, works_on_unix_sockets_and_pipes_too) {
    server with(make<echo_session>());
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    with.pool.adopt(pair[0], {make<echo_session>(), nullptr, nullptr, {}});
    client peer(pair[1]);
    peer.say("x\r\nQUIT\r\n");
    EXPECT_EQ(peer.hear_all(), "hello\r\nx\r\nQUIT\r\n");
}

TEST(connection, the_last_reply_arrives_though_the_peer_still_sends) {
    struct refusing : echo_session {
        using echo_session::echo_session;
        std::size_t on_data(std::string_view input) override {
            connection_.write("no\r\n");
            connection_.finish();
            return input.size();
        }
    };
    server with(make<refusing>());
    client peer = with.connect();
    peer.say(std::string(4 << 20, 'x'));
    EXPECT_EQ(peer.hear_all(), "hello\r\nno\r\n");
}

} // namespace
} // namespace waypost::net::test
