// larder-replay: replays a sequence of keys as a cache's user would (GET; on a miss SET) against a server, then against
// simulated caches that hold as many keys as the server was seen to hold, and prints one JSON object with the misses of
// all. The server is asked in windows: so many GETs in one write, then the SETs of what was missed together with the
// next GETs. The simulations see the very same order, so the window favours nobody; window 1 is the strict order.
// Misses count after the warm-up share of the trace only. Threads: one.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "bench/process.h"
#include "bench/random.h"
#include "bench/simulation.h"
#include "bench/trace.h"

namespace larder::bench {
namespace {

constexpr int kReplyTimeoutSeconds = 30;
constexpr size_t kSizeSamples = 256;  // how often DBSIZE is asked for over the whole trace

struct ReplayOptions {
  TraceOptions trace;
  uint16_t port = 0;  ///< 0 = simulate only, with `capacity`
  int server_pid = 0;
  uint64_t capacity = 0;     ///< keys of the simulated caches; 0 = what the server held
  uint64_t window = 16;      ///< GETs in one write
  uint64_t value_size = 32;  ///< bytes
  double warm_up = 0.25;     ///< share of the trace whose misses do not count
};

/// A connection that writes commands and reads back replies of the few kinds that they can have.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    const timeval limit{kReplyTimeoutSeconds, 0};
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("cannot send");
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }

  /// The next reply: the line without its type and end. A bulk string's bytes are skipped; errors throw.
  std::string_view reply() {
    line_ = line();
    if (line_.starts_with('-')) throw std::runtime_error(line_);
    if (line_.starts_with('$') && line_ != "$-1") skip(static_cast<size_t>(std::stoull(line_.substr(1))) + 2);
    return line_;
  }

 private:
  std::string line() {
    size_t end = 0;
    while ((end = input_.find("\r\n", at_)) == std::string::npos) fill();
    std::string text = input_.substr(at_, end - at_);
    at_ = end + 2;
    return text;
  }
  void skip(size_t size) {
    while (input_.size() - at_ < size) fill();
    at_ += size;
  }
  void fill() {
    input_.erase(0, at_);
    at_ = 0;
    char buffer[16 * 1024];
    const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) throw std::runtime_error("no reply");
    input_.append(buffer, static_cast<size_t>(size));
  }

  int socket_;
  std::string input_;
  size_t at_ = 0;
  std::string line_;
};

struct Outcome {
  uint64_t requests = 0;
  uint64_t misses = 0;
  double held = 0;  ///< mean of the keys held after the warm-up
  double seconds = 0;
  uint64_t cpu = 0;  ///< ns of the server
  double miss_ratio() const { return requests == 0 ? 0 : static_cast<double>(misses) / static_cast<double>(requests); }
};

/// Walks the trace in windows: `look_up(keys, missed)` appends to `missed`, whose keys are stored with the next window.
template <class LookUp>
Outcome walk(const Trace& trace, const ReplayOptions& options, LookUp look_up) {
  Outcome outcome;
  const auto warm = static_cast<uint64_t>(options.warm_up * static_cast<double>(trace.keys.size()));
  std::vector<uint32_t> missed;
  for (size_t from = 0; from < trace.keys.size(); from += options.window) {
    const size_t to = std::min(trace.keys.size(), from + options.window);
    const std::vector<uint32_t> to_store = std::exchange(missed, {});
    look_up(trace.keys.data() + from, trace.keys.data() + to, to_store, missed);
    if (from < warm) continue;
    outcome.requests += to - from;
    outcome.misses += missed.size();
  }
  return outcome;
}

class ServerReplay {
 public:
  ServerReplay(const Trace& trace, const ReplayOptions& options)
      : trace_(trace), options_(options), client_(options.port), value_(options.value_size, 'x') {}

  Outcome run() {
    const uint64_t started = now_nanoseconds();
    const uint64_t cpu = cpu_nanoseconds(options_.server_pid);
    const size_t sample_every = std::max<size_t>(1, trace_.keys.size() / options_.window / kSizeSamples);
    size_t windows = 0;
    Outcome outcome = walk(trace_, options_, [&](const auto* from, const auto* to, const auto& stores, auto& missed) {
      window(from, to, stores, missed);
      if (++windows % sample_every == 0) sample_size(static_cast<size_t>(from - trace_.keys.data()));
    });
    outcome.seconds = static_cast<double>(now_nanoseconds() - started) / 1e9;
    outcome.cpu = cpu_nanoseconds(options_.server_pid) - cpu;
    outcome.held = samples_ == 0 ? 0 : static_cast<double>(sum_of_sizes_) / static_cast<double>(samples_);
    return outcome;
  }

 private:
  void window(const uint32_t* from, const uint32_t* to, const std::vector<uint32_t>& stores,
              std::vector<uint32_t>& missed) {
    request_.clear();
    auto out = std::back_inserter(request_);
    for (const uint32_t key : stores) {
      fmt::format_to(out, "*3\r\n$3\r\nSET\r\n$16\r\n{:016x}\r\n${}\r\n{}\r\n", mix64(key), value_.size(), value_);
    }
    for (const auto* key = from; key != to; ++key) {
      fmt::format_to(out, "*2\r\n$3\r\nGET\r\n$16\r\n{:016x}\r\n", mix64(*key));
    }
    client_.send(request_);
    for (size_t i = 0; i < stores.size(); ++i) client_.reply();
    for (const auto* key = from; key != to; ++key) {
      const auto reply = client_.reply();
      if (reply == "$-1" || reply == "_") missed.push_back(*key);
    }
  }

  void sample_size(size_t position) {
    if (position < trace_.keys.size() / 2) return;
    client_.send("*1\r\n$6\r\nDBSIZE\r\n");
    sum_of_sizes_ += std::stoull(std::string(client_.reply().substr(1)));
    ++samples_;
  }

  const Trace& trace_;
  const ReplayOptions& options_;
  Client client_;
  std::string value_;
  std::string request_;
  uint64_t sum_of_sizes_ = 0;
  uint64_t samples_ = 0;
};

Outcome simulate(const Trace& trace, const ReplayOptions& options, SimulatedCache& cache) {
  return walk(trace, options, [&](const auto* from, const auto* to, const auto& stores, auto& missed) {
    for (const uint32_t key : stores) cache.insert(key);
    std::copy_if(from, to, std::back_inserter(missed), [&](uint32_t key) { return !cache.touch(key); });
  });
}

void replay(const ReplayOptions& options) {
  const Trace trace = make_trace(options.trace);
  Outcome server;
  if (options.port != 0) server = ServerReplay{trace, options}.run();
  const uint64_t capacity = options.capacity > 0 ? options.capacity : static_cast<uint64_t>(server.held + 0.5);
  if (capacity == 0) throw std::runtime_error("no capacity given and no server that held any key");
  ExactLru lru{trace.distinct, capacity};
  Sieve sieve{trace.distinct, capacity};
  const Outcome exact = simulate(trace, options, lru);
  const Outcome sieved = simulate(trace, options, sieve);
  fmt::print(
      R"({{"requests":{},"distinct":{},"counted":{},"capacity":{},"held":{:.1f},"server_misses":{},"lru_misses":{},)"
      R"("sieve_misses":{},"lru_miss_ratio":{:.6f},"seconds":{:.3f},"cpu":{}}})"
      "\n",
      trace.keys.size(), trace.distinct, exact.requests, capacity, server.held, server.misses, exact.misses,
      sieved.misses, exact.miss_ratio(), server.seconds, server.cpu);
}

}  // namespace
}  // namespace larder::bench

int main(int argc, char** argv) {
  using namespace larder::bench;
  ReplayOptions options;
  CLI::App app{"Replays a sequence of keys (GET, on a miss SET) against a server and against exact simulations"};
  app.add_option("--trace", options.trace.kind, "zipf, zipf-scan, drift, hot-range, file")->capture_default_str();
  app.add_option("--requests", options.trace.requests, "length of the trace; of a file, at most")
      ->capture_default_str();
  app.add_option("--keys", options.trace.keys, "distinct keys of the Zipf part")->capture_default_str();
  app.add_option("--zipf", options.trace.zipf, "exponent")->capture_default_str();
  app.add_option("--scan-every", options.trace.scan_every, "Zipf requests between two scans")->capture_default_str();
  app.add_option("--scan-length", options.trace.scan_length, "new keys a scan asks for")->capture_default_str();
  app.add_option("--drift-every", options.trace.drift_every, "requests until the hot range moves")
      ->capture_default_str();
  app.add_option("--drift-by", options.trace.drift_by, "how far it moves, as a share of the keys")
      ->capture_default_str();
  app.add_option("--hot-keys", options.trace.hot_keys, "hot-range: its length, as a share of the keys")
      ->capture_default_str();
  app.add_option("--hot-share", options.trace.hot_share, "hot-range: share of the requests in it")
      ->capture_default_str();
  app.add_option("--file", options.trace.file, "trace file: a key a line, or *.oracleGeneral");
  app.add_option("--column", options.trace.column, "field of the line that holds the key")->capture_default_str();
  app.add_option("--seed", options.trace.seed, "seed")->capture_default_str();
  app.add_option("--port", options.port, "server on 127.0.0.1; 0 = simulate only");
  app.add_option("--server-pid", options.server_pid, "process whose CPU time is read");
  app.add_option("--capacity", options.capacity, "keys of the simulations; 0 = as many as the server held");
  app.add_option("--window", options.window, "GETs in one write")->check(CLI::Range(1, 10000))->capture_default_str();
  app.add_option("--value-size", options.value_size, "bytes of a value")->capture_default_str();
  app.add_option("--warm-up", options.warm_up, "share of the trace that is not counted")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    replay(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "larder-replay: {}\n", error.what());
    return 1;
  }
}
