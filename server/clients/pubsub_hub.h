// Who listens to which channel. Channels, patterns and shard channels of all clients of the server, and delivery of
// messages to them, through ClientThread::deliver_in_order. Who receives a message, and in which protocol, is decided
// when it is published: a command that ends a subscription or changes the protocol delivers what is on its way
// (run_deliveries()) before it replies.
//
// Any I/O thread, shards may be held; one mutex, held for the look-up and until the message is in the
// queues of the subscribers' threads, and never while a message is written to a client.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::server {

class Client;

enum class ChannelKind : uint8_t { channel, pattern, shard };

class PubsubHub {
 public:
  /// True when the client was not subscribed before. Also keeps Client::channels and its like.
  bool subscribe(Client& client, ChannelKind kind, std::string_view name);
  /// True when it was subscribed.
  bool unsubscribe(Client& client, ChannelKind kind, std::string_view name);
  /// Everything that a client is subscribed to, when it goes.
  void forget(Client& client);

  /// HELLO and RESET: messages that are published from now on are written in this protocol.
  void set_protocol(Client& client, int version);

  /// Delivers a message; returns how many clients got it, each as often as a channel or pattern of its matches. All
  /// messages are handed to the subscribers' threads one after the other, so every subscriber sees those that it gets
  /// in the same order. Who publishes what it did to keys must still hold their shards.
  size_t publish(ChannelKind kind, std::string_view channel, std::string_view message);

  /// PUBSUB CHANNELS and SHARDCHANNELS: those with at least one subscriber that match the pattern, all without one.
  std::vector<std::string> channels(ChannelKind kind, std::optional<std::string_view> pattern) const;
  size_t subscribers(ChannelKind kind, std::string_view name) const;
  /// Different patterns (PUBSUB NUMPAT), channels or shard channels with subscribers.
  size_t count(ChannelKind kind) const;
  /// The hard limit of client-output-buffer-limit pubsub, in bytes; 0 = none. It holds for messages that a subscriber's
  /// thread has not come to yet, too: a client with more of them is closed.
  void set_hard_limit(size_t bytes) { hard_limit_.store(bytes, std::memory_order_relaxed); }
  /// Whether anybody listens to a channel or pattern that may match a keyspace event's. Any thread, without the mutex.
  const std::atomic<bool>& hears_events() const { return hears_events_; }

 private:
  using Subscriber = Client*;  // subscriptions end before their client does
  using Names = std::map<std::string, std::vector<Subscriber>, std::less<>>;

  Names& names(ChannelKind kind) { return names_[static_cast<size_t>(kind)]; }
  const Names& names(ChannelKind kind) const { return names_[static_cast<size_t>(kind)]; }

  /// A name has got its first subscriber (`by` 1) or lost its last one (-1).
  void count_name(ChannelKind kind, std::string_view name, int by);

  mutable std::mutex mutex_;
  Names names_[3];
  /// Counts a message that is on its way to a subscriber; false when that is one too many.
  bool accept(Client& subscriber, size_t bytes);

  std::atomic<size_t> hard_limit_{0};
  int event_names_ = 0;  // channels and patterns that may match an event's
  std::atomic<bool> hears_events_{false};
};

}  // namespace larder::server
