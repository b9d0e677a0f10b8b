// Who listens to which channel. Channels, patterns and shard channels of all clients of the server, and delivery of
// messages to them, through IoThread::show_in_order.
//
// Thread rule: any I/O thread; one mutex, held for the look-up and never while a message is written to a client.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::server {

class Client;
class IoThread;

enum class ChannelKind : uint8_t { channel, pattern, shard };

class PubsubHub {
 public:
  /// True when the client was not subscribed before. Also keeps Client::channels and its like.
  bool subscribe(Client& client, ChannelKind kind, std::string_view name);
  /// True when it was subscribed.
  bool unsubscribe(Client& client, ChannelKind kind, std::string_view name);
  /// Everything that a client is subscribed to, when it goes.
  void forget(Client& client);

  /// Delivers a message; returns how many clients got it, each as often as a channel or pattern of its matches.
  size_t publish(ChannelKind kind, std::string_view channel, std::string_view message);

  /// PUBSUB CHANNELS and SHARDCHANNELS: those with at least one subscriber that match the pattern, all if it is empty.
  std::vector<std::string> channels(ChannelKind kind, std::string_view pattern) const;
  size_t subscribers(ChannelKind kind, std::string_view name) const;
  /// Different patterns (PUBSUB NUMPAT), channels or shard channels with subscribers.
  size_t count(ChannelKind kind) const;
  /// Whether a message could reach anyone; lets events be dropped early.
  bool anyone() const;

 private:
  struct Subscriber {
    IoThread* thread;
    uint64_t client;
  };
  using Names = std::map<std::string, std::vector<Subscriber>, std::less<>>;

  Names& names(ChannelKind kind) { return names_[static_cast<size_t>(kind)]; }
  const Names& names(ChannelKind kind) const { return names_[static_cast<size_t>(kind)]; }

  mutable std::mutex mutex_;
  Names names_[3];
};

}  // namespace larder::server
