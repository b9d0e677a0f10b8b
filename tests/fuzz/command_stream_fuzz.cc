// Fuzzes the server behind its sockets: whatever two clients send, RESP or inline, cut anywhere, the server neither
// crashes nor hangs nor writes bytes that are no replies, and its accounts agree with what it holds (run it under ASan,
// UBSan).
//
// Each input meets a new server without listeners, with one thread and a clock that stands still, so a finding can be
// repeated. The first byte seeds the cuts, the rest is what the clients send; the byte 0xF5 changes to the other
// client. When both have sent all they say so, and read until the server, at the end of their input, closes.
//
// DEBUG stays off as it is by default, SHUTDOWN has nobody to tell, and lengths are limited so that memory is.
// Seeds stand in tests/fuzz/corpus/command_stream/.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/net/io_threads.h"
#include "server/state.h"
#include "tests/store/store_fixture.h"
#include "tests/support/reply.h"

namespace {

using larder::base::ManualClock;
using larder::server::IoThreads;
using larder::server::ServerState;
using larder::test::FrameSize;

constexpr char kOtherClient = '\xF5';
constexpr int kPatienceMs = 20'000;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

/// A reply of a thousand million elements is as right as it is large: not what is looked for here.
bool asks_for_too_much(std::string_view input) {
  constexpr int kMostDigits = 5;
  std::string lower(input);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.find("srandmember") == std::string::npos) return false;
  int digits = 0;
  for (const char c : lower) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > kMostDigits) return true;
  }
  return false;
}

class Connection {
 public:
  explicit Connection(IoThreads& threads) {
    std::array<int, 2> ends;
    check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "a pair of sockets");
    threads.adopt(ends[0], true);
    descriptor_ = ends[1];
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(descriptor_); }

  void send(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
      } else {
        // What the server writes meanwhile is taken, or neither side could go on.
        ended_ = errno != EAGAIN || ((wait_for(POLLIN | POLLOUT) & POLLIN) != 0 && !receive());
      }
    }
  }
  void finish() { ::shutdown(descriptor_, SHUT_WR); }
  void read_to_the_end() {
    while (receive()) {
    }
    std::string_view rest = replies_;
    while (!rest.empty()) {
      const FrameSize frame = larder::test::measure_reply(rest);
      check(frame.status != FrameSize::Status::malformed, "what the server writes are replies");
      if (frame.status == FrameSize::Status::incomplete) break;  // cut off by the end of the connection
      rest.remove_prefix(frame.bytes);
    }
  }

 private:
  short wait_for(short events) const {
    pollfd waiting{.fd = descriptor_, .events = events, .revents = 0};
    int ready;
    do {
      ready = ::poll(&waiting, 1, kPatienceMs);
    } while (ready < 0 && errno == EINTR);  // libFuzzer's alarm
    check(ready > 0, "the server reads, answers or closes");
    return waiting.revents;
  }
  /// Waits for bytes and takes them. False at the end.
  bool receive() {
    wait_for(POLLIN);
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    replies_.append(buffer.data(), static_cast<size_t>(got));
    return true;
  }

  int descriptor_;
  bool ended_ = false;
  std::string replies_;
};

larder::server::Settings settings() {
  larder::server::Settings settings;
  settings.port = 0;
  settings.io_threads = 1;
  settings.databases = 4;
  settings.proto_max_bulk_len_bytes = 1 << 20;
  settings.client_query_buffer_limit_bytes = 4 << 20;
  settings.client_output_buffer_limits.normal.hard_bytes = 64 << 20;
  settings.notify_keyspace_events = ~0u >> 17;
  return settings;
}

void send_in_pieces(std::string_view input, uint8_t seed, Connection& first, Connection& second) {
  Connection* sender = &first;
  uint32_t state = seed + 1u;
  while (!input.empty()) {
    state = state * 1'664'525u + 1'013'904'223u;
    const size_t switched = std::min(input.find(kOtherClient), input.size());
    const size_t most = seed == 0 ? input.size() : 1 + (state >> 16) % (seed * 4u);
    const size_t piece = std::min({most, switched});
    sender->send(input.substr(0, piece));
    input.remove_prefix(piece);
    if (piece == switched && !input.empty()) {
      input.remove_prefix(1);
      sender = sender == &first ? &second : &first;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (asks_for_too_much(input)) return 0;
  ManualClock clock;
  ServerState state({.settings = settings(), .config_file = {}, .clock = &clock});
  IoThreads threads(state);
  state.log.open([](std::string_view) {});
  const int64_t empty = state.world.store.used_memory();
  threads.start();
  {
    Connection first(threads), second(threads);
    send_in_pieces(input, data[0], first, second);
    first.finish();
    second.finish();
    first.read_to_the_end();
    second.read_to_the_end();
  }
  threads.request_stop();
  threads.join();
  state.world.store.background().drain();
  check(state.world.store.used_memory() - empty == larder::store::counted_memory(state.world.store),
        "the accounts agree with what is held");
  return 0;
}
