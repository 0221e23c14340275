// SPDX-License-Identifier: Apache-2.0
// SMTP load above the ceiling of smtp-source: one thread, epoll, no copies of the message.
//
//   smtp_load --port N [--sessions 50] [--messages 10000] [--bytes 4096] [--users 10] [--domains 0]
//   [--reuse]
//   [--pipeline]
//             [--seconds 100] [--record FILE] [--first 0]
//
// Recipients are u0@example.com .. in turn. A message counts when its own 250 came. With --record
// each message has its number (from --first on) in the Message-ID, and FILE gets the number of
// every acknowledged one. Prints one line of JSON. Ends by itself after --seconds.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

struct settings {
    int port = 0;
    int sessions = 50;
    long messages = 10'000;
    std::size_t bytes = 4096;
    long users = 10;
    long domains = 0; // 0: example.com alone; else d0.example.com ..
    bool reuse = false;
    bool pipeline = false;
    double seconds = 100;
    long first = 0;
    std::string record;
};

enum class step { greeting, ehlo, mail, rcpt, data, body, quit };

struct session {
    int fd = -1;
    step at = step::greeting;
    int replies = 1; // awaited before the next step
    long message = 0;
    clock_type::time_point begun;
    std::string input;
};

class generator {
public:
    explicit generator(settings with)
        : with_(std::move(with)), sessions_(static_cast<std::size_t>(with_.sessions)) {
        poll_ = epoll_create1(EPOLL_CLOEXEC);
        latencies_.reserve(static_cast<std::size_t>(with_.messages));
        make_body();
        if (!with_.record.empty())
            record_ = std::fopen(with_.record.c_str(), "w");
    }

    int run() {
        const auto begun = clock_type::now();
        const auto end = begun + std::chrono::duration_cast<clock_type::duration>(
                                     std::chrono::duration<double>(with_.seconds));
        for (auto& one : sessions_)
            if (started_ < with_.messages)
                dial(one);
        while (accepted_ + errors_ < with_.messages && open_ > 0 && clock_type::now() < end)
            turn();
        print(std::chrono::duration<double>(clock_type::now() - begun).count());
        if (record_ != nullptr)
            std::fclose(record_);
        return errors_ == 0 && accepted_ == with_.messages ? 0 : 1;
    }

private:
    void make_body() {
        body_ = "From: <a@example.org>\r\nTo: <user@example.com>\r\nSubject: load\r\n"
                "Date: Mon, 01 Jan 2024 12:00:00 +0000\r\n\r\n";
        while (body_.size() < with_.bytes)
            body_ += body_.size() % 72 == 70 ? "\r\n" : "x";
        body_ += "\r\n.\r\n";
    }

    void dial(session& one) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(with_.port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        one = session{};
        one.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(one.fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
            if (errors_++ == 0)
                first_error_ = std::strerror(errno);
            close(one.fd);
            one.fd = -1;
            return;
        }
        const int on = 1;
        setsockopt(one.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &one;
        epoll_ctl(poll_, EPOLL_CTL_ADD, one.fd, &event);
        ++connections_;
        ++open_;
    }

    void hang_up(session& one) {
        close(one.fd);
        one.fd = -1;
        --open_;
        if (started_ < with_.messages)
            dial(one);
    }

    void put(session& one, std::string_view text) {
        while (!text.empty()) {
            const auto sent = send(one.fd, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return; // the reader sees the end
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    std::string rcpt_command(const session& one) const {
        auto out = "RCPT TO:<u" + std::to_string(one.message % with_.users) + "@";
        if (with_.domains != 0)
            out += "d" + std::to_string(one.message % with_.domains) + ".";
        return out + "example.com>\r\n";
    }

    void begin(session& one) {
        one.message = started_++;
        one.begun = clock_type::now();
        const auto rcpt = rcpt_command(one);
        one.at = with_.pipeline ? step::data : step::mail;
        one.replies = with_.pipeline ? 3 : 1;
        put(one, with_.pipeline ? "MAIL FROM:<a@example.org>\r\n" + rcpt + "DATA\r\n"
                                : "MAIL FROM:<a@example.org>\r\n");
    }

    void send_body(session& one) {
        one.at = step::body;
        if (record_ != nullptr)
            put(one, "Message-ID: <" + std::to_string(with_.first + one.message) + "@load>\r\n");
        put(one, body_);
    }

    void accepted(session& one) {
        ++accepted_;
        const auto took = clock_type::now() - one.begun;
        latencies_.push_back(std::chrono::duration<double, std::milli>(took).count());
        if (record_ != nullptr)
            std::fprintf(record_, "%ld\n", with_.first + one.message);
    }

    void next_message(session& one) {
        if (with_.reuse && started_ < with_.messages)
            return begin(one);
        one.at = step::quit;
        put(one, "QUIT\r\n");
    }

    void advance(session& one) {
        switch (one.at) {
        case step::greeting:
            one.at = step::ehlo;
            return put(one, "EHLO load.example.org\r\n");
        case step::ehlo:
            if (started_ < with_.messages)
                return begin(one);
            one.at = step::quit;
            return put(one, "QUIT\r\n");
        case step::mail:
            one.at = step::rcpt;
            return put(one, rcpt_command(one));
        case step::rcpt:
            one.at = step::data;
            return put(one, "DATA\r\n");
        case step::data:
            return send_body(one);
        case step::body:
            accepted(one);
            return next_message(one);
        case step::quit:
            return hang_up(one);
        }
    }

    void reply(session& one, std::string_view line) {
        if (line.size() > 3 && line[3] == '-')
            return;
        if (line.empty() || (line[0] != '2' && line[0] != '3')) {
            if (errors_++ == 0)
                first_error_ = line;
            one.at = step::quit;
            one.replies = 1;
            return hang_up(one);
        }
        if (--one.replies > 0)
            return;
        one.replies = 1;
        advance(one);
    }

    void read_from(session& one) {
        char buffer[4096];
        const auto got = recv(one.fd, buffer, sizeof(buffer), 0);
        if (got <= 0) {
            if (one.at != step::quit && errors_++ == 0)
                first_error_ = "connection lost";
            return hang_up(one);
        }
        one.input.append(buffer, static_cast<std::size_t>(got));
        const int fd = one.fd;
        for (auto end = one.input.find("\r\n"); end != std::string::npos;
             end = one.input.find("\r\n")) {
            const auto line = one.input.substr(0, end);
            one.input.erase(0, end + 2);
            reply(one, line);
            if (one.fd != fd)
                return;
        }
    }

    void turn() {
        epoll_event events[128];
        const int ready = epoll_wait(poll_, events, 128, 500);
        for (int i = 0; i < ready; ++i)
            read_from(*static_cast<session*>(events[i].data.ptr));
    }

    double percentile(double part) {
        if (latencies_.empty())
            return 0;
        std::sort(latencies_.begin(), latencies_.end());
        return latencies_[static_cast<std::size_t>(static_cast<double>(latencies_.size() - 1) *
                                                   part)];
    }

    void print(double took) {
        rusage use{};
        getrusage(RUSAGE_SELF, &use);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        std::replace(first_error_.begin(), first_error_.end(), '"', '\'');
        std::printf(
            "{\"messages\": %ld, \"connections\": %ld, \"seconds\": %.3f, \"per_second\": %.1f, "
            "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"errors\": %ld, \"first_error\": \"%s\", "
            "\"cpu_s\": %.3f}\n",
            accepted_, connections_, took, static_cast<double>(accepted_) / took, percentile(0.5),
            percentile(0.99), errors_, first_error_.c_str(),
            seconds(use.ru_utime) + seconds(use.ru_stime));
    }

    settings with_;
    std::vector<session> sessions_;
    std::string body_;
    std::vector<double> latencies_;
    std::string first_error_;
    std::FILE* record_ = nullptr;
    int poll_ = -1;
    long started_ = 0, accepted_ = 0, errors_ = 0, connections_ = 0, open_ = 0;
};

settings parse(int count, char** words) {
    settings with;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--reuse")
            with.reuse = true;
        else if (word == "--pipeline")
            with.pipeline = true;
        else if (i + 1 >= count) {
            std::fprintf(stderr, "smtp_load: %s needs a value\n", words[i]);
            std::exit(2);
        } else if (const char* value = words[++i]; word == "--port")
            with.port = std::atoi(value);
        else if (word == "--sessions")
            with.sessions = std::atoi(value);
        else if (word == "--messages")
            with.messages = std::atol(value);
        else if (word == "--bytes")
            with.bytes = static_cast<std::size_t>(std::atol(value));
        else if (word == "--users")
            with.users = std::atol(value);
        else if (word == "--domains")
            with.domains = std::atol(value);
        else if (word == "--seconds")
            with.seconds = std::min(std::atof(value), 300.0);
        else if (word == "--first")
            with.first = std::atol(value);
        else if (word == "--record")
            with.record = value;
        else {
            std::fprintf(stderr, "smtp_load: unknown option %s\n", words[i - 1]);
            std::exit(2);
        }
    }
    return with;
}

} // namespace

int main(int count, char** words) {
    return generator(parse(count, words)).run();
}
