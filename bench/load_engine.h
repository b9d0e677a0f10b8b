// Sends the streams of one thread and measures them: one epoll loop, plain sockets.
//
// Closed loop (rate=0): a connection sends a batch of `pipeline` requests when the replies to its last batch are
// complete. Its latency is a batch's, and says nothing of what clients that do not wait would have seen. Open loop
// (rate>0): requests are due at fixed moments whatever the server does, and latency counts from the moment a request
// was due, so that a pause is felt by every request that falls into it (no coordinated omission). The loop then spins
// instead of sleeping; `lateness` tells how late the generator itself was, which bounds what it may have added.
// Invariant: replies come in order, so a connection's oldest request owns the next reply. Threads: one for each engine.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/histogram.h"
#include "bench/load_options.h"
#include "bench/load_replies.h"
#include "bench/load_requests.h"

namespace larder::bench {

struct StreamResult {
  std::string name;
  uint64_t sent = 0;
  uint64_t replies = 0;
  ReplyCounts counts;
  uint64_t first_send = 0;  ///< monotonic ns
  uint64_t last_reply = 0;
  LatencyHistogram latency;              ///< ns; of a request (open loop) or of a batch (closed loop)
  LatencyHistogram lateness;             ///< ns between the moment a request was due and its sending; open loop only
  std::vector<uint64_t> worst_by_slice;  ///< longest latency (ns) in each tenth of a second since the first send
  std::vector<std::pair<uint64_t, int64_t>> series;  ///< (monotonic ns, value) of a stream that keeps its replies

  void merge(StreamResult other);
};

class LoadEngine {
 public:
  /// Connects everything and waits until each connection was answered once.
  /// errors  std::system_error, std::runtime_error (refused by the server)
  LoadEngine(const LoadOptions& options, const std::vector<StreamOptions>& streams);
  ~LoadEngine();
  LoadEngine(const LoadEngine&) = delete;
  LoadEngine& operator=(const LoadEngine&) = delete;

  /// Runs until every stream with a count has its replies and nothing is outstanding.
  /// errors  std::runtime_error: the time is up, or a connection was closed
  void run();

  std::vector<StreamResult> take_results();

 private:
  struct Stream;
  struct Connection;

  void connect_all(Stream& stream);
  void greet(Connection& connection);
  void send_batch(Connection& connection, uint64_t now);
  void send_due(uint64_t now);
  void send_one(Stream& stream, uint64_t due, uint64_t now);
  void transmit(Connection& connection, const char* data, size_t size);
  void flush(Connection& connection);
  void watch(Connection& connection, bool writable);
  void receive(Connection& connection);
  size_t receive_discarding(Connection& connection);
  size_t receive_replies(Connection& connection);
  void account(Connection& connection, size_t replies, uint64_t now);
  bool counted_streams_done() const;
  bool finished();
  void give_up() const;

  const LoadOptions& options_;
  int epoll_ = -1;
  bool open_loop_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<char> input_;
  std::vector<char> output_;
};

}  // namespace larder::bench
