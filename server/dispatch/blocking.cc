// See blocking.h.
#include "server/dispatch/blocking.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "base/at_exit.h"
#include "protocol/arg_reader.h"
#include "protocol/output_buffer.h"
#include "protocol/reply_writer.h"
#include "server/clients/world.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_table.h"

namespace larder::server {

BlockedRequest::BlockedRequest(Blocking& home, const Client& client, const CommandSpec& spec,
                               std::span<const std::string_view> args, store::Type type)
    : Waiter(type),
      home(home),
      spec(spec),
      request(args),
      client(client.id),
      database(client.database),
      protocol(client.protocol),
      drops_reply(client.reply_mode != ReplyMode::on) {}

// -- Beginning to wait --

void Blocking::block(CommandContext& context, std::span<const std::string_view> args,
                     std::span<const std::string_view> keys, store::Type type, int64_t deadline_ms) {
  Client& client = context.client();
  if (client.blocked != nullptr) {  // it is being executed once more
    client.blocked->release();
    return;
  }
  const auto waiter = std::make_shared<BlockedRequest>(*this, client, context.spec(), args, type);
  waiter->keys = waiter->request.args().subspan(static_cast<size_t>(keys.data() - args.data()), keys.size());
  waiter->deadline_ms = deadline_ms;
  store::Keyspace keyspace = context.keys();
  base::AtExit undo([&] {
    for (const auto key : waiter->keys) keyspace.stop_waiting(key, waiter.get());
  });
  for (const auto key : waiter->keys) keyspace.wait(key, waiter);
  if (deadline_ms != 0) deadlines_.emplace(deadline_ms, client.id);
  undo.dismiss();
  client.blocked = waiter;
  // A place in a queue: a node of the table with the key, a node of the list.
  constexpr size_t kPlace = sizeof(store::WaiterTable::Queue) + 128;
  client.blocked_bytes = sizeof(BlockedRequest) + waiter->request.memory();
  for (const auto key : waiter->keys) client.blocked_bytes += kPlace + key.size();
}

// -- Being served --

void Blocking::serve(store::Store& store, store::ThreadState& state, const store::ShardLocks& locks) {
  while (store::WaiterTable::Queue* queue = state.take_ready()) {
    store::Keyspace keys(store, state, locks, queue->database);
    serve_queue(*queue, keys, locks);
    queue->ready = false;
    store::Shard& shard = store.shard(store.shard_index(store.hash(queue->key)));
    shard.waiters()->drop_if_empty(*queue);
    shard.free_unneeded_extras();
    state.hand_over();
  }
}

namespace {

/// Locks the shards of the keys that a request does not wait for, unless somebody else holds one or there is no memory.
bool lock_others(const BlockedRequest& waiter, store::Store& store, const store::ShardLocks& locks) {
  const auto args = waiter.request.args();
  bool locked = true;
  try {
    for_each_key(waiter.spec, args, [&](size_t index, KeyUse) {
      const auto* key = &args[index];
      const bool waited_for = key >= waiter.keys.data() && key < waiter.keys.data() + waiter.keys.size();
      if (!waited_for && locked) locked = locks.try_to(store.shard_index(store.hash(*key)));
    });
  } catch (const std::bad_alloc&) {
    return false;
  }
  return locked;
}

/// The first of the keys that a request waits for at which there is something, as far as they are held: a transaction
/// may have written to several. The one that is ready is among them.
std::string_view first_ready(const BlockedRequest& waiter, std::string_view ready, store::Keyspace& keys,
                             const store::ShardLocks& locks) {
  for (const auto key : waiter.keys) {
    if (key == ready) break;
    if (!locks.holds(keys.store().shard_index(keys.hash(key)))) continue;
    const store::Item item = keys.find(key, store::kPeek);
    if (item && item->type() == waiter.type) return key;
  }
  return ready;
}

}  // namespace

/// Serves a queue from the front as long as there is something for it.
void Blocking::serve_queue(store::WaiterTable::Queue& queue, store::Keyspace& keys, const store::ShardLocks& locks) {
  for (auto at = queue.waiters.begin(); at != queue.waiters.end();) {
    const store::Item item = keys.find(queue.key, store::kPeek);
    if (!item) return;
    const auto waiter = std::static_pointer_cast<BlockedRequest>(*at);
    const bool is_over = waiter->deadline_ms != 0 && waiter->deadline_ms <= keys.now_ms();
    if (item->type() != waiter->type || is_over) {
      ++at;
    } else if (waiter->is_retrying()) {
      return;
    } else if (lock_others(*waiter, keys.store(), locks)) {
      const std::string_view key = first_ready(*waiter, queue.key, keys, locks);
      at = serve_one(key, waiter, keys) ? queue.waiters.erase(at) : std::next(at);
    } else if (request_retry(waiter)) {
      return;
    } else {
      ++at;
    }
  }
}

/// False when it is not to be served any more or could not be.
bool Blocking::serve_one(std::string_view key, const Shared& waiter, store::Keyspace& keys) {
  if (!waiter->claim()) return false;
  const uint64_t hash = keys.hash(key);
  bool served = false;
  try {
    // First what can fail: the way for the reply. Whoever comes along it waits for the shard, which is held.
    waiter->home.thread_.deliver_in_order([waiter, hash] { waiter->home.finish(*waiter, hash); });
    protocol::OutputBuffer output;
    protocol::ReplyWriter reply(output, waiter->protocol);
    protocol::ArgReader args(waiter->request.args());
    served = waiter->spec.serve(args, key, keys, reply);
    if (served) waiter->reply = std::move(output);
  } catch (const std::bad_alloc&) {  // nothing has been taken; it is tried again with the next change
  }
  if (served) {
    waiter->served.store(true, std::memory_order_release);
  } else {
    waiter->release();
  }
  return served;
}

/// Has a waiter's request executed once more; false when it has been cancelled.
bool Blocking::request_retry(const Shared& waiter) {
  if (!waiter->request_retry()) return false;
  try {
    if (&waiter->home == this) {
      retries_.push_back(waiter);
    } else {
      waiter->home.thread_.post([waiter] { waiter->home.retry_one(waiter); });
    }
  } catch (const std::bad_alloc&) {  // it is tried again with the next change
    waiter->release();
  }
  return true;
}

void Blocking::retry() {
  while (!retries_.empty()) {
    for (const Shared& waiter : std::exchange(retries_, {})) retry_one(waiter);
  }
}

void Blocking::retry_one(const Shared& waiter) noexcept {
  Client* client = client_of(*waiter);
  if (client == nullptr || !waiter->is_retrying()) return;
  try {
    if (execute_again_(*client, *waiter)) leave(*client);
  } catch (const std::bad_alloc&) {  // it has not been executed; it is tried again with the next change
    waiter->release();
  }
}

// -- On the waiter's own thread --

/// The client, if it still waits with this request.
Client* Blocking::client_of(const BlockedRequest& waiter) {
  Client* client = thread_.find(waiter.client);
  return client != nullptr && client->blocked.get() == &waiter ? client : nullptr;
}

/// A thread that has claimed the waiter is at work on it, or has been, under the lock of the shard with this hash.
void Blocking::finish(BlockedRequest& waiter, uint64_t hash) {
  Client* client = client_of(waiter);
  if (client == nullptr) return;
  {
    store::ShardLocks locks(client->world.store);
    locks.lock_one(hash);
    if (!waiter.served.load(std::memory_order_acquire)) return;
  }
  end_with(*client, waiter, [&](protocol::ReplyWriter& reply) { reply.output().append(waiter.reply.to_string()); });
}

/// Ends waiting with a reply, which `write` is given to write.
template <class Write>
void Blocking::end_with(Client& client, const BlockedRequest& waiter, Write&& write) {
  if (!waiter.drops_reply) {
    try {
      protocol::ReplyWriter reply(client.output, client.protocol);
      write(reply);
    } catch (const std::bad_alloc&) {
      client.close_now = true;  // a reply that is missing would shift all that follow
    }
  }
  leave(client);
}

/// The client does not wait any more, and goes on with what it has sent since.
void Blocking::leave(Client& client) noexcept {
  leave_queues(client);
  client.must_resume = true;
  try {
    thread_.flush_later(client.id);
  } catch (const std::bad_alloc&) {  // then Connection::check_limits finds it
  }
}

/// Takes a client's request out of the queues. Those behind it may have been waiting for it to have its turn.
void Blocking::leave_queues(Client& client) noexcept {
  const Shared waiter = request_of(client);
  store::Store& store = client.world.store;
  store::ThreadState& state = client.world.thread_state(thread_.index());
  for (const auto key : waiter->keys) {
    store::ShardLocks locks(store);
    locks.lock_one(store.hash(key));
    store::Keyspace keys(store, state, locks, waiter->database);
    const auto* queue = keys.waiting(key);
    const bool was_first = queue != nullptr && !queue->waiters.empty() && queue->waiters.front() == waiter;
    keys.stop_waiting(key, waiter.get());
    if (auto* others = keys.waiting(key); was_first && others != nullptr) state.note_ready(*others);
    serve(store, state, locks);
  }
  deadlines_.erase({waiter->deadline_ms, client.id});
  client.blocked.reset();
  client.blocked_bytes = 0;
}

void Blocking::end_overdue(int64_t now_ms) {
  for (auto at = deadlines_.begin(); at != deadlines_.end() && at->first <= now_ms;) {
    Client* client = thread_.find(at->second);
    ++at;  // the end of a wait takes its own entry away
    const Shared waiter = request_of(*client);
    if (!waiter->cancel()) continue;  // another thread is serving it
    end_with(*client, *waiter, [](protocol::ReplyWriter& reply) { reply.null_array(); });
  }
  retry();
}

void Blocking::forget(Client& client) {
  if (client.blocked == nullptr) return;
  client.blocked->cancel();
  leave_queues(client);
}

bool Blocking::unblock(Client& client, bool with_error) {
  if (client.blocked == nullptr || !client.blocked->cancel()) return false;
  const Shared waiter = request_of(client);
  try {
    waiter->home.thread_.post([waiter, with_error] {
      Client* waiting = waiter->home.client_of(*waiter);
      if (waiting == nullptr) return;
      waiter->home.end_with(*waiting, *waiter, [&](protocol::ReplyWriter& reply) {
        with_error ? reply.error("UNBLOCKED client unblocked via CLIENT UNBLOCK") : reply.null_array();
      });
      waiter->home.retry();
    });
  } catch (const std::bad_alloc&) {
    waiter->release();
    throw;
  }
  return true;
}

}  // namespace larder::server
