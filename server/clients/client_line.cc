// The line of a connection; see client_line.h. Names and order of its fields are those of Redis 7.2.
#include "server/clients/client_line.h"

#include "server/clients/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace larder::server {

namespace {

constexpr size_t kReplyChunk = 16 * 1024;  // how much of the waiting output is shown as `obl`; the rest is `omem`

std::string flags_of(const Client& client) {
  std::string flags;
  const auto show = [&](bool on, char letter) {
    if (on) flags += letter;
  };
  show(client.monitor, 'O');
  show(client.subscriptions() > 0, 'P');
  show(client.transaction.active, 'x');
  show(client.is_blocked(), 'b');
  show(client.watch_flag != nullptr && client.watch_flag->raised(), 'd');
  show(client.close_after_reply, 'c');
  show(client.close_now, 'A');
  show(client.unix_socket, 'U');
  show(client.no_evict, 'e');
  show(client.no_touch, 'T');
  return flags.empty() ? "N" : flags;
}

/// MULTI's queue and WATCH's keys.
size_t transaction_memory(const Client& client) { return client.transaction.memory() + client.watched_bytes; }

}  // namespace

void append_client_line(std::string& out, const Client& client, int64_t now_us, const Client* executing) {
  const size_t waiting = client.output.size();
  const size_t first = std::min(waiting, kReplyChunk);
  const size_t arguments = &client == executing ? client.argument_bytes : 0;
  auto to = std::back_inserter(out);
  fmt::format_to(to, "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={}", client.id, client.address,
                 client.local_address, client.descriptor, shown_name(client.name),
                 (now_us - client.created_us) / 1'000'000,
                 std::max<int64_t>(now_us - client.last_active_us, 0) / 1'000'000, flags_of(client), client.database);
  fmt::format_to(to, " sub={} psub={} ssub={} multi={}", client.channels.size(), client.patterns.size(),
                 client.shard_channels.size(),
                 client.transaction.active ? static_cast<int64_t>(client.transaction.queue.size()) : -1);
  fmt::format_to(to, " qbuf={} qbuf-free={} argv-mem={} multi-mem={} rbs={} rbp={} obl={} oll={} omem={} tot-mem={}",
                 client.query_buffer_bytes, client.query_buffer_free, arguments, transaction_memory(client),
                 client.output.capacity(), client.output.capacity(), first,
                 (waiting - first + kReplyChunk - 1) / kReplyChunk, waiting - first, client.memory() + arguments);
  fmt::format_to(to, " events={} cmd={} user={} redir=-1 resp={} lib-name={} lib-ver={}\n",
                 waiting > 0 && executing != &client ? "rw" : "r",
                 client.last_command == nullptr ? std::string_view("NULL") : *client.last_command, client.user,
                 client.protocol, shown_name(client.library_name), shown_name(client.library_version));
}

std::string log_name(const Client& client) {
  std::string line;
  append_client_line(line, client, client.world.clock().now_us(), nullptr);
  line.pop_back();
  return line;
}

}  // namespace larder::server
