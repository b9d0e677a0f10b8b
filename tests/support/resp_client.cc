// See resp_client.h.
#include "tests/support/resp_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace larder::test {
namespace {
using Clock = std::chrono::steady_clock;
constexpr size_t kReadSize = 16 * 1024;
constexpr int kReadsPerMeasure = 64;
}  // namespace

RespClient::RespClient(const Endpoint& endpoint, std::chrono::milliseconds timeout)
    : socket_(connect_to(endpoint, timeout)), timeout_(timeout) {}

RespClient::Read RespClient::read_available() {
  const size_t before = buffer_.size();
  buffer_.resize(before + kReadSize);
  const ssize_t got = ::recv(socket_.get(), buffer_.data() + before, kReadSize, 0);
  const int error = errno;
  buffer_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0) return Read::data;
  if (got < 0 && (error == EAGAIN || error == EINTR)) return Read::nothing;
  ended_ = true;
  return Read::end;
}

void RespClient::send_raw(std::string_view bytes) {
  const auto deadline = Clock::now() + timeout_;
  while (!bytes.empty() && !ended_) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return;  // what the server said before it closed can still be read
    } else if (errno != EAGAIN && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "send");
    } else {
      const short ready = wait_until(socket_.get(), POLLIN | POLLOUT, deadline);
      if (ready == 0) throw std::system_error(ETIMEDOUT, std::generic_category(), "send");
      if ((ready & POLLIN) != 0) read_available();
    }
  }
}

Received RespClient::unfinished(Received::Status status) {
  Received result{.status = status, .bytes = buffer_.substr(consumed_), .value = {}};
  if (status != Received::Status::timed_out) {
    buffer_.clear();
    consumed_ = 0;
  }
  return result;
}

std::optional<Received> RespClient::take_buffered() {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  if (rest.empty()) return {};
  const FrameSize frame = measure_reply(rest);
  if (frame.status == FrameSize::Status::malformed) return unfinished(Received::Status::malformed);
  if (frame.status == FrameSize::Status::incomplete) return {};
  Received result{.status = Received::Status::reply, .bytes = std::string(rest.substr(0, frame.bytes)), .value = {}};
  result.value = parse_reply(result.bytes);
  consumed_ += frame.bytes;
  if (consumed_ == buffer_.size()) {
    buffer_.clear();
    consumed_ = 0;
  }
  return result;
}

Received RespClient::receive() {
  const auto deadline = Clock::now() + timeout_;
  for (;;) {
    if (auto result = take_buffered()) return *std::move(result);
    if (ended_) return unfinished(Received::Status::closed);
    Read read = read_available();
    if (read == Read::nothing && wait_until(socket_.get(), POLLIN, deadline) == 0)
      return unfinished(Received::Status::timed_out);
    // The end is not looked for again after every piece of a long reply, or that would be quadratic in its elements.
    for (int i = 1; i < kReadsPerMeasure && read == Read::data; ++i) read = read_available();
  }
}

Received RespClient::call(const std::vector<std::string>& args) {
  send(args);
  return receive();
}

Received RespClient::receive_until_closed() {
  const auto deadline = Clock::now() + timeout_;
  while (!ended_) {
    if (read_available() != Read::nothing) continue;
    if (wait_until(socket_.get(), POLLIN, deadline) == 0) return unfinished(Received::Status::timed_out);
  }
  return unfinished(Received::Status::closed);
}

void RespClient::finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

}  // namespace larder::test
