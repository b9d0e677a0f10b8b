// One connection: its transport, its buffers and their limits, and the session that understands what it sends. What has
// arrived is received into the thread's Intake, parsed and executed there in batches, and answered with one write; what
// the socket does not take then is written when it is ready again.
//
// Only on its I/O thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "server/clients/client.h"
#include "server/config/settings.h"
#include "server/net/intake.h"
#include "server/net/poller.h"
#include "server/net/resp_session.h"
#include "server/net/transport.h"

namespace larder::server {

class ConnectionThread;
class ServerState;

class Connection final : public Pollable, public RequestSource {
 public:
  Connection(ConnectionThread& thread, Transport transport, uint64_t id, bool unix_socket);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Serves what the socket is ready for.
  void ready(bool readable, bool writable) override;
  std::span<char> receive(std::span<char> buffer) override;
  Parsed parse(std::span<char> input, Batch& batch) override;
  void execute(Parsed parsed, Batch& batch) override;
  /// Ends the connection: a reply that is missing would shift all that follow.
  void out_of_memory() noexcept override;
  /// Sends what waits, as far as the socket takes it.
  void flush();
  /// Ends the connection; replies that wait are lost.
  void close();
  /// Executes requests that waited for the end of a pause, or behind one that blocked.
  void resume();
  bool waiting() const { return session_.waiting(); }
  /// Closes if the client has been idle too long, or above an output limit too long.
  void check_limits(int64_t now_us, int idle_timeout_s);
  /// The settings' limit of what may wait, for a client of this class; after these or the class have changed.
  void apply_output_limit();
  /// Sends what waits, then closes.
  void close_gently();
  /// Closes because more messages wait for its thread than its output may hold.
  void close_overrun();

  Client client;

 private:
  std::span<char> input_room(std::span<char> buffer);
  void log_end_of_input();
  bool input_within_limit();
  void update_interest();
  void consume(Parsed parsed, Batch& batch);
  void keep_rest(std::span<char> rest);
  void write();
  void return_storage();
  const OutputLimit& output_limit() const;
  bool output_within_limits();
  void note_output_limit_exceeded();
  void account();

  ConnectionThread& thread_;
  ServerState& state_;
  Transport transport_;
  RespSession session_;
  std::vector<char> backlog_;                     // bytes read but not executed
  size_t backlog_size_ = 0;                       // of them are real; the rest is room
  bool wants_read_ = true, wants_write_ = false;  // what the poller has been told
  bool closed_ = false;
};

}  // namespace larder::server
