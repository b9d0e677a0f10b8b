// See monitors.h.
#include "server/clients/monitors.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "protocol/quoting.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/clients/world.h"

namespace larder::server {

namespace {

/// The line that shows a command, with its line end.
std::string line_of(const Client& client, std::span<const std::string_view> args) {
  const int64_t now = client.world.clock().now_us();
  const std::string_view address = client.address;
  std::string line = fmt::format("+{}.{:06} [{} {}{}]", now / 1'000'000, now % 1'000'000, client.database,
                                 client.unix_socket ? "unix:" : "",
                                 client.unix_socket ? address.substr(0, address.rfind(':')) : address);
  for (const std::string_view arg : args) {
    line += ' ';
    protocol::append_quoted(line, arg);
  }
  return line += "\r\n";
}

}  // namespace

void Monitors::add(Client& client) {
  if (client.monitor) return;
  client.monitor = true;
  count_.fetch_add(1, std::memory_order_relaxed);
}

void Monitors::remove(Client& client) {
  if (!client.monitor) return;
  client.monitor = false;
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void Monitors::feed(const Client& client, std::span<const std::string_view> args) {
  const auto line = std::make_shared<const std::string>(line_of(client, args));
  for (ClientThread* thread : threads_.all()) {
    thread->deliver_in_order([thread, line] {
      thread->for_each_client([&](Client& monitor) {
        if (!monitor.monitor || monitor.close_after_reply) return;
        try {
          monitor.output.append(*line);
        } catch (const std::bad_alloc&) {
          monitor.close_now = true;
        }
        thread->flush_later(monitor.id);
      });
    });
  }
}

}  // namespace larder::server
