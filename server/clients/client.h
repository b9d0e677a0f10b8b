// What the server knows of one connection apart from its socket: identity, protocol state, transaction, subscriptions,
// figures. Commands see clients, never sockets.
//
// A Client belongs to its I/O thread. Another thread may look at it or change it only while that thread is
// stopped (Threads::with_all_stopped).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/output_buffer.h"
#include "protocol/reply_writer.h"
#include "protocol/request_parser.h"
#include "server/clients/gate_mask.h"
#include "store/core/waiters.h"
#include "store/core/watch.h"

namespace larder::server {

class ClientThread;
struct CommandSpec;
class World;

/// A connection's name as a line shows it. Redis' names are C strings there: nothing behind a NUL is looked at.
std::string_view shown_name(std::string_view name);

/// Names that CLIENT SETNAME and HELLO accept: visible ASCII without spaces, up to a NUL; empty means no name.
bool is_client_name(std::string_view name);
inline constexpr std::string_view kInvalidClientName =
    "ERR Client names cannot contain spaces, newlines or special characters.";

/// The arguments of a request, kept beyond the life of the read buffer.
class StoredRequest {
 public:
  explicit StoredRequest(std::span<const std::string_view> args);
  StoredRequest(StoredRequest&&) noexcept = default;
  StoredRequest& operator=(StoredRequest&&) noexcept = default;

  std::span<const std::string_view> args() const { return args_; }
  size_t bytes() const { return size_; }
  /// Bytes with everything around them.
  size_t memory() const { return sizeof *this + size_ + args_.capacity() * sizeof(std::string_view); }

 private:
  std::unique_ptr<char[]> text_;
  size_t size_ = 0;
  std::vector<std::string_view> args_;  // into text_
};

/// MULTI: what has been queued.
struct Transaction {
  struct Queued {
    const CommandSpec* spec;
    StoredRequest request;
  };

  size_t memory() const { return queued_bytes + queue.capacity() * sizeof(Queued); }

  bool active = false;
  bool refused = false;  // a command was refused while queueing: EXEC answers EXECABORT
  std::vector<Queued> queue;
  size_t queued_bytes = 0;

  void reset() { *this = Transaction(); }
};

/// Messages that have been published to a client and wait until its thread, which is busy, writes them to its output.
struct Undelivered {
  std::atomic<size_t> bytes{0};
  std::atomic<bool> overrun{false};  // more than its output limit: it is about to be closed and gets no more
};

/// What CLIENT REPLY asks for.
enum class ReplyMode : uint8_t { on, off, skip_next, skip_this };

/// The classes of client-output-buffer-limit and CLIENT LIST TYPE.
enum class ClientClass : uint8_t { normal, pubsub };

class Client {
 public:
  Client(uint64_t id, ClientThread& thread, World& world) : id(id), thread(thread), world(world) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const uint64_t id;
  ClientThread& thread;
  World& world;

  // -- Identity --
  std::string address;  // "127.0.0.1:52000", or "/path:0" for a Unix socket
  std::string local_address;
  int descriptor = -1;
  bool unix_socket = false;
  bool from_this_host = false;  // loopback or Unix socket
  std::string name, library_name, library_version;
  std::string user = "default";

  // -- Protocol --
  uint32_t database = 0;
  int protocol = 2;  // changed only through PubsubHub::set_protocol: who publishes on another thread reads it
  bool authenticated = true;
  bool no_evict = false, no_touch = false;
  bool monitor = false;            // changed only through Monitors
  bool close_after_reply = false;  // no further command is executed
  bool close_now = false;          // replies that wait are not sent either
  ReplyMode reply_mode = ReplyMode::on;
  protocol::OutputBuffer output;

  // -- Transaction --
  Transaction transaction;
  std::vector<std::pair<uint32_t, std::string>> watched;
  size_t watched_bytes = 0;
  std::shared_ptr<store::WatchFlag> watch_flag;  // made with the first WATCH

  // -- Blocking --
  std::shared_ptr<store::Waiter> blocked;  // the request that waits for keys
  size_t blocked_bytes = 0;                // of that request, and of its places in the queues of the keys
  bool must_resume = false;                // it waits no longer: its further requests are to be executed

  // -- Subscriptions: what PubsubHub holds for this client, so that it can be taken back --
  std::set<std::string, std::less<>> channels, patterns, shard_channels;
  size_t subscription_bytes = 0;
  Undelivered undelivered;
  size_t subscriptions() const { return channels.size() + patterns.size() + shard_channels.size(); }
  /// In RESP2 a subscriber may only send a few commands.
  bool limited_to_pubsub() const { return protocol == 2 && subscriptions() > 0; }
  ClientClass client_class() const { return subscriptions() > 0 ? ClientClass::pubsub : ClientClass::normal; }

  // -- Gates --
  /// Those that the client's state closes, kept up to date by dispatch: only commands change that state.
  GateMask gates = 0;
  GateMask closed_gates() const {
    return (authenticated ? 0 : kGatePassword) | (transaction.active ? kGateTransaction : 0) |
           (limited_to_pubsub() ? kGateSubscriber : 0);
  }
  void update_gates() { gates = closed_gates(); }

  // -- Figures --
  int64_t created_us = 0;                          // Unix time
  int64_t last_active_us = 0;                      // of the last read
  const std::string_view* last_command = nullptr;  // its name, in its row
  uint64_t commands = 0;
  size_t query_buffer_bytes = 0;  // that wait to be parsed, or are being executed
  size_t query_buffer_free = 0;
  size_t held_back_bytes = 0;  // of requests that wait for the end of a pause or behind one that blocks
  /// Whether commands of the client wait: for keys, or for the end of CLIENT PAUSE.
  bool is_blocked() const { return held_back_bytes > 0 || blocked != nullptr; }
  size_t argument_bytes = 0;                        // of the command being executed
  std::optional<int64_t> over_soft_limit_since_us;  // client-output-buffer-limit's clock

  // -- Memory --
  size_t connection_bytes = 0;  // of the object that holds the client
  /// Bytes that the connection takes, with buffers, queued requests, subscriptions and watches, as they are at this
  /// moment.
  size_t memory() const {
    return connection_bytes + output.memory() + query_buffer_bytes + query_buffer_free + held_back_bytes +
           blocked_bytes + transaction.memory() + watched_bytes + subscription_bytes;
  }
  /// What the server's accounts hold of it, Connection and all; and of that, what its requests take, which is given
  /// back once they have been executed.
  size_t accounted_bytes = 0, accounted_input = 0, accounted_queue = 0, accounted_output = 0;
};

}  // namespace larder::server
