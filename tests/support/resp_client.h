// A RESP client that hides nothing: it sends commands or any bytes, and hands out replies both as the bytes received
// and as a value. Every wait has an end. One thread per client; several clients are independent.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/reply.h"
#include "tests/support/socket.h"

namespace larder::test {

/// What became of waiting for a reply.
struct Received {
  enum class Status { reply, closed, timed_out, malformed };
  Status status = Status::timed_out;
  std::string bytes;  ///< the reply's; else whatever arrived that is not a whole reply
  Reply value;        ///< only when status is reply

  bool ok() const { return status == Status::reply; }
};

class RespClient {
 public:
  static constexpr std::chrono::milliseconds kDefaultTimeout{10000};

  /// Connects. timeout holds for connecting and then for each wait.
  /// errors  std::system_error when nothing listens there
  explicit RespClient(const Endpoint& endpoint, std::chrono::milliseconds timeout = kDefaultTimeout);

  /// Sends a command as an array of bulk strings. Replies that arrive meanwhile are kept, so a pipeline of any length
  /// cannot deadlock. A connection that the server has closed is not an error here: receive() will tell.
  void send(const std::vector<std::string>& args) { send_raw(encode_command(args)); }
  void send_raw(std::string_view bytes);

  /// The next reply or push message, whole.
  Received receive();

  /// Sends and waits for the next reply.
  Received call(const std::vector<std::string>& args);

  /// Everything that arrives until the server closes the connection.
  Received receive_until_closed();

  /// Tells the server that nothing more will be sent; its replies can still be read.
  void finish_sending();
  void close() { socket_.reset(); }

 private:
  enum class Read { data, nothing, end };
  Read read_available();
  std::optional<Received> take_buffered();
  Received unfinished(Received::Status status);

  Descriptor socket_;
  std::chrono::milliseconds timeout_;
  std::string buffer_;  // bytes received; those before consumed_ were handed out
  size_t consumed_ = 0;
  bool ended_ = false;
};

}  // namespace larder::test
