// RESP on one connection: parses what the connection has received, executes it and writes the replies to the client's
// output. Knows nothing of the socket and of what is sent when.
//
// Only on the connection's thread.
#pragma once

#include <deque>
#include <span>
#include <string>

#include "protocol/request_parser.h"
#include "server/clients/client.h"
#include "server/dispatch/dispatch.h"
#include "server/net/intake.h"

namespace larder::server {

class ConnectionThread;

class RespSession {
 public:
  RespSession(ConnectionThread& thread, Client& client) : thread_(thread), client_(client) {}
  RespSession(const RespSession&) = delete;
  RespSession& operator=(const RespSession&) = delete;

  /// Parses requests of the input, as many as the batch has room for, and prepares them.
  Parsed parse(std::span<char> input, Batch& batch);
  /// Executes what was parsed and then, if that was cut short, the rest of the input, for which the batch is used
  /// anew. Returns what is left of the input: the beginning of a request, or what waits behind a pause.
  std::span<char> execute(Parsed parsed, Batch& batch);
  /// Executes requests that waited for the end of a pause, or behind one that blocked; true when none is left.
  bool resume();
  /// Whether a request blocks, or others wait for the end of a pause.
  bool waiting() const { return client_.blocked != nullptr || !held_back_.empty(); }
  /// How many bytes of the request that has begun are known to be missing.
  size_t bytes_missing() const { return parser_.bytes_missing(); }
  /// Whether no further request may be executed: the connection is to end, or its output is too long.
  bool ends() const { return client_.close_after_reply || client_.close_now || client_.output.overflowed(); }

 private:
  bool execute_requests(const Parsed& parsed, const Batch& batch);
  Dispatcher::Outcome run(const Request& request, std::span<const std::string_view> args);
  void hold_back(std::span<const Request> requests, const Batch& batch);
  void answer_failure();

  ConnectionThread& thread_;
  Client& client_;
  protocol::RequestParser parser_;
  std::deque<StoredRequest> held_back_;  // parsed, but paused or behind one that blocks
  std::string failure_;                  // protocol error to be sent after the commands before it
};

}  // namespace larder::server
