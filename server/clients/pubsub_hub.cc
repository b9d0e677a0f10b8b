// Subscriptions and delivery; see pubsub_hub.h.
#include "server/clients/pubsub_hub.h"

#include <algorithm>
#include <memory>

#include "base/at_exit.h"
#include "base/glob.h"
#include "protocol/reply_writer.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"

namespace larder::server {

namespace {

constexpr size_t kNode = 80;  // of a std::set<std::string>, about

auto& subscriptions_of(Client& client, ChannelKind kind) {
  switch (kind) {
    case ChannelKind::pattern: return client.patterns;
    case ChannelKind::shard: return client.shard_channels;
    default: return client.channels;
  }
}

/// Whether messages about keys may come by this name: their channels all begin alike.
bool may_match_event(ChannelKind kind, std::string_view name) {
  constexpr std::string_view kEvents = "__key";
  if (kind == ChannelKind::shard) return false;
  const std::string_view literal = kind == ChannelKind::pattern ? name.substr(0, name.find_first_of("*?[\\")) : name;
  if (literal.size() == name.size()) return name.starts_with(kEvents);
  return literal.starts_with(kEvents) || kEvents.starts_with(literal);
}

/// One message to one client, by the channel or pattern that brought it there.
struct Delivery {
  uint64_t client;
  int protocol;  // of the client when the message was published
  ChannelKind kind;
  std::string matched;  // the pattern, or the channel
  size_t bytes;         // as counted in Undelivered
};

struct Message {
  std::string channel, text;
};

constexpr size_t kFrame = sizeof(Delivery) + 32;  // of a message in the queue, and about that of its reply

/// Writes a message to a client of the calling thread, if it is still there. It may have ended its subscription since.
void deliver(ClientThread& thread, const Delivery& delivery, const Message& message) {
  Client* found = thread.find(delivery.client);
  if (found == nullptr) return;
  Client& client = *found;
  client.undelivered.bytes.fetch_sub(delivery.bytes, std::memory_order_relaxed);
  if (client.close_now) return;
  protocol::ReplyWriter reply(client.output, delivery.protocol);
  const bool pattern = delivery.kind == ChannelKind::pattern;
  try {
    reply.push(pattern ? 4 : 3);
    reply.bulk(pattern ? "pmessage" : delivery.kind == ChannelKind::shard ? "smessage" : "message");
    if (pattern) reply.bulk(delivery.matched);
    reply.bulk(message.channel);
    reply.bulk(message.text);
  } catch (const std::bad_alloc&) {
    client.close_now = true;  // half a message would spoil all that follow
  }
  thread.flush_later(client.id);
}

}  // namespace

bool PubsubHub::subscribe(Client& client, ChannelKind kind, std::string_view name) {
  auto& own = subscriptions_of(client, kind);
  const auto [mine, added] = own.emplace(name);
  if (!added) return false;
  // Both know of the subscription, or neither.
  base::AtExit forget([&own, mine = mine] { own.erase(mine); });
  const std::lock_guard guard(mutex_);
  const auto at = names(kind).try_emplace(std::string(name)).first;
  base::AtExit drop([&] {
    if (at->second.empty()) names(kind).erase(at);
  });
  at->second.reserve(at->second.size() + 1);
  if (at->second.empty()) count_name(kind, name, 1);
  at->second.push_back(&client);
  client.subscription_bytes += kNode + name.size();
  drop.dismiss();
  forget.dismiss();
  return true;
}

bool PubsubHub::unsubscribe(Client& client, ChannelKind kind, std::string_view name) {
  auto& own = subscriptions_of(client, kind);
  const auto mine = own.find(name);
  if (mine == own.end()) return false;
  {
    const std::lock_guard guard(mutex_);
    const auto found = names(kind).find(name);
    std::erase(found->second, &client);
    if (found->second.empty()) {
      count_name(kind, name, -1);
      names(kind).erase(found);
    }
  }
  client.subscription_bytes -= kNode + name.size();
  own.erase(mine);
  return true;
}

void PubsubHub::forget(Client& client) {
  for (const ChannelKind kind : {ChannelKind::channel, ChannelKind::pattern, ChannelKind::shard}) {
    while (!subscriptions_of(client, kind).empty()) {
      unsubscribe(client, kind, std::string(*subscriptions_of(client, kind).begin()));
    }
  }
}

bool PubsubHub::accept(Client& subscriber, size_t bytes) {
  Undelivered& undelivered = subscriber.undelivered;
  if (undelivered.overrun.load(std::memory_order_relaxed)) return false;
  const size_t limit = hard_limit_.load(std::memory_order_relaxed);
  if (undelivered.bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit || limit == 0) return true;
  undelivered.bytes.fetch_sub(bytes, std::memory_order_relaxed);
  undelivered.overrun.store(true, std::memory_order_relaxed);
  subscriber.thread.post([&thread = subscriber.thread, id = subscriber.id] { thread.close_overrun(id); });
  return false;
}

void PubsubHub::set_protocol(Client& client, int version) {
  const std::lock_guard guard(mutex_);
  client.protocol = version;
}

size_t PubsubHub::publish(ChannelKind kind, std::string_view channel, std::string_view message) {
  const std::lock_guard guard(mutex_);
  std::map<ClientThread*, std::vector<Delivery>> by_thread;
  size_t receivers = 0;
  const auto add = [&](ChannelKind by, const std::string& matched, const std::vector<Subscriber>& subscribers) {
    for (Client* subscriber : subscribers) {
      const size_t bytes = kFrame + matched.size() + channel.size() + message.size();
      if (!accept(*subscriber, bytes)) continue;
      by_thread[&subscriber->thread].push_back({subscriber->id, subscriber->protocol, by, matched, bytes});
      ++receivers;
    }
  };
  if (const auto found = names(kind).find(channel); found != names(kind).end()) add(kind, found->first, found->second);
  if (kind == ChannelKind::channel) {
    for (const auto& [pattern, subscribers] : names(ChannelKind::pattern)) {
      if (base::glob_match(pattern, channel)) add(ChannelKind::pattern, pattern, subscribers);
    }
  }
  if (receivers == 0) return 0;
  const auto shared = std::make_shared<const Message>(Message{std::string(channel), std::string(message)});
  for (auto& [thread, deliveries] : by_thread) {
    thread->deliver_in_order([thread = thread, deliveries = std::move(deliveries), shared] {
      for (const Delivery& delivery : deliveries) deliver(*thread, delivery, *shared);
    });
  }
  return receivers;
}

std::vector<std::string> PubsubHub::channels(ChannelKind kind, std::optional<std::string_view> pattern) const {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> found;
  for (const auto& [name, subscribers] : names(kind)) {
    if (!pattern || base::glob_match(*pattern, name)) found.push_back(name);
  }
  return found;
}

size_t PubsubHub::subscribers(ChannelKind kind, std::string_view name) const {
  const std::lock_guard guard(mutex_);
  const auto found = names(kind).find(name);
  return found == names(kind).end() ? 0 : found->second.size();
}

size_t PubsubHub::count(ChannelKind kind) const {
  const std::lock_guard guard(mutex_);
  return names(kind).size();
}

void PubsubHub::count_name(ChannelKind kind, std::string_view name, int by) {
  if (!may_match_event(kind, name)) return;
  event_names_ += by;
  hears_events_.store(event_names_ > 0, std::memory_order_relaxed);
}

}  // namespace larder::server
