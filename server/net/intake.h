// What the ready connections of one round have sent: received and parsed connection by connection, then executed in the
// order of arrival, the data of later requests being prefetched while earlier ones run. One cache miss takes as long as
// hundreds of instructions, and a connection that waits for each reply brings one request at a time: only requests of
// different connections can overlap their misses (bench/README.md, "What single steps brought").
//
// Invariants: the buffer, the arguments and the requests belong to the parts that are waiting; they are dropped
// together. Only the last part may have input that is not parsed yet, because a part that was cut short is executed at
// once. Only on its I/O thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "server/dispatch/dispatch.h"

namespace larder::server {

/// A piece of one connection's input and what has been parsed of it.
struct Parsed {
  std::span<char> input;        // complete, or what is left behind the requests
  size_t first = 0, count = 0;  // in Batch::requests
  bool cut_short = false;       // there may be further requests in `input`
  bool failed = false;          // what follows the requests is an error
};

/// What an Intake asks of a connection.
class RequestSource {
 public:
  /// Receives what the socket has, behind what is not complete yet or else into `buffer`; the input to parse, empty
  /// when there is none.
  virtual std::span<char> receive(std::span<char> buffer) = 0;
  /// Parses requests of the input, as many as the batch has room for, and prepares them.
  virtual Parsed parse(std::span<char> input, Batch& batch) = 0;
  /// Executes what was parsed and then, if it was cut short, the rest of the input, for which the batch is used anew;
  /// sends the replies.
  virtual void execute(Parsed parsed, Batch& batch) = 0;
  /// There was no memory for what execute() had to do.
  virtual void out_of_memory() noexcept = 0;

 protected:
  ~RequestSource() = default;
};

class Intake {
 public:
  explicit Intake(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// Receives what a connection has sent; executes what waits when there is enough of it. Throws std::bad_alloc, and
  /// then nothing of this connection waits.
  void add(RequestSource& source);
  /// Executes what waits, and sends the replies.
  void run();

 private:
  struct Part {
    RequestSource* source;
    Parsed parsed;
  };

  std::span<char> room();

  Dispatcher& dispatcher_;
  std::vector<char> buffer_;  // allocated when the first connection sends something
  size_t used_ = 0;           // of it, by the parts that wait
  Batch batch_;
  std::vector<Part> parts_;
};

}  // namespace larder::server
