// SPDX-License-Identifier: Apache-2.0
#include "transfer/trace.hpp"

#include "transfer/envelope.hpp"

#include <waypost/result.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <fstream>

namespace waypost::kernel::transfer {

namespace {

constexpr std::size_t flush_bytes = 64 * 1024;
constexpr std::size_t buffer_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t file_bytes = 16 * 1024 * 1024;
constexpr auto flush_time = std::chrono::seconds(1);

std::string time_text(std::int64_t unix_ns) {
    const std::time_t seconds = unix_ns / 1'000'000'000;
    std::tm at{};
    ::gmtime_r(&seconds, &at);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", at.tm_year + 1900,
                       at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
                       unix_ns % 1'000'000'000 / 1'000);
}

std::string_view cut(std::string_view& rest) {
    const auto end = rest.find(' ');
    const auto head = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return head;
}

trace_event parse(std::string_view line) {
    trace_event out;
    out.time = cut(line);
    cut(line); // the id
    out.what = cut(line);
    while (!line.empty()) {
        const auto part = cut(line);
        const auto equals = std::min(part.find('='), part.size());
        auto& [key, value] = out.fields.emplace_back();
        key = part.substr(0, equals);
        append_decoded(value, part.substr(std::min(equals + 1, part.size())));
    }
    return out;
}

} // namespace

trace::trace(std::filesystem::path folder, std::uint64_t limit)
    : folder_(std::move(folder)), limit_(limit) {
    if (limit_ == 0)
        return;
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    for (const auto& one : std::filesystem::directory_iterator(folder_, failed)) {
        const auto name = one.path().stem().string();
        std::uint64_t number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc{})
            files_[number] = one.file_size(failed);
    }
    thread_ = std::thread([this] { run(); });
}

trace::~trace() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable())
        thread_.join();
    if (file_ != nullptr)
        std::fclose(file_);
}

std::filesystem::path trace::path_of(std::uint64_t number) const {
    return folder_ / fmt::format("{:06}.log", number);
}

void trace::add(log::message_id id, std::int64_t unix_ns, std::string_view what,
                std::span<const wp_pair> fields) {
    if (limit_ == 0)
        return;
    auto line = fmt::format("{} {} {}", time_text(unix_ns), id, what);
    for (const auto& field : fields) {
        line.append(" ").append(view(field.key)).push_back('=');
        append_encoded(line, view(field.value));
    }
    line.push_back('\n');
    const std::lock_guard lock(mutex_);
    if (buffer_.size() + line.size() > buffer_bytes) {
        ++lost_;
        return;
    }
    const bool was_small = buffer_.size() < flush_bytes;
    buffer_ += line;
    if (was_small && buffer_.size() >= flush_bytes)
        wake_.notify_one();
}

void trace::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_ || !buffer_.empty()) {
        wake_.wait_for(lock, flush_time,
                       [this] { return stopping_ || buffer_.size() >= flush_bytes; });
        lock.unlock();
        {
            const std::lock_guard files(file_mutex_);
            lock.lock();
            auto lines = std::exchange(buffer_, {});
            const auto lost = std::exchange(lost_, 0);
            lock.unlock();
            if (lost != 0)
                lines += fmt::format("- 0 lost count={}\n", lost);
            write(lines);
        }
        lock.lock();
    }
}

void trace::write(const std::string& lines) {
    if (lines.empty())
        return;
    if (file_ == nullptr || files_.rbegin()->second >= file_bytes)
        rotate();
    if (file_ == nullptr)
        return;
    std::fwrite(lines.data(), 1, lines.size(), file_);
    std::fflush(file_);
    files_.rbegin()->second += lines.size();
}

void trace::rotate() {
    if (file_ != nullptr)
        std::fclose(file_);
    const auto number = files_.empty() ? 1 : files_.rbegin()->first + 1;
    file_ = std::fopen(path_of(number).c_str(), "ae");
    files_[number] = 0;
    std::uint64_t total = 0;
    for (const auto& [each, size] : files_)
        total += size;
    while (total + file_bytes > limit_ && files_.size() > 1) {
        std::error_code ignored;
        std::filesystem::remove(path_of(files_.begin()->first), ignored);
        total -= files_.begin()->second;
        files_.erase(files_.begin());
    }
}

std::vector<trace_event> trace::find(log::message_id id) {
    std::vector<trace_event> found;
    const auto mark = fmt::format(" {} ", id);
    const auto search = [&](std::string_view text) {
        for (std::size_t at = 0; (at = text.find(mark, at)) != std::string_view::npos;) {
            const auto start = text.rfind('\n', at) + 1; // npos + 1: the first line
            const auto end = std::min(text.find('\n', at), text.size());
            if (text.substr(start, at - start).find(' ') == std::string_view::npos)
                found.push_back(parse(text.substr(start, end - start)));
            at = end;
        }
    };
    const std::lock_guard files(file_mutex_);
    for (const auto& [number, size] : files_) {
        std::ifstream in(path_of(number), std::ios::binary);
        std::string text(size, '\0');
        in.read(text.data(), static_cast<std::streamsize>(size));
        search(std::string_view(text).substr(0, static_cast<std::size_t>(in.gcount())));
    }
    const std::lock_guard lock(mutex_);
    search(buffer_);
    return found;
}

} // namespace waypost::kernel::transfer
