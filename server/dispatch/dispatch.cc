// Dispatch; see dispatch.h.
#include "server/dispatch/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <new>

#include "base/at_exit.h"
#include "base/prefetch.h"
#include "protocol/arg_reader.h"
#include "protocol/wire_text.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/gates.h"
#include "server/dispatch/redaction.h"
#include "server/dispatch/watches.h"
#include "server/observe/stopwatch.h"
#include "server/state.h"

namespace larder::server {

namespace {

/// The part of an error text that INFO errorstats counts by.
std::string_view error_code(std::string_view text) { return text.substr(0, text.find(' ')); }

}  // namespace

void CommandContext::deliver_messages() {
  if (!in_exec_) thread().run_deliveries();
}

void CommandContext::wait_for(std::span<const std::string_view> args, std::span<const std::string_view> keys,
                              store::Type type, int64_t deadline_ms) {
  dispatcher_.blocking().block(*this, args, keys, type, deadline_ms);
}

store::Keyspace CommandContext::keys(uint32_t database) {
  store::Keyspace keys(world().store, thread_state(), locks_, database);
  keys.set_touching(!client_.no_touch);
  keys.set_writing(spec_.is(kWrite));
  return keys;
}

Dispatcher::Dispatcher(ServerState& state, ClientThread& thread)
    : state_(state),
      thread_(thread),
      blocking_(thread, [this](Client& client, const BlockedRequest& waiter) { return execute_again(client, waiter); }),
      world_(&state.world),
      store_(&state.world.store),
      thread_state_(&thread.thread_state()) {
  (void)names_.rename(state.config.snapshot()->renamed_commands);  // Server::start names a mistake
}

// -- Before its turn --

void Dispatcher::begin_batch(Client& client) {
  if (&client.world != world_ || world_ != &state_.world) [[unlikely]]
    enter(client.world);
  thread_state_->refresh_time();
  watch_ticks_ = stopwatch_ticks();
}

void Dispatcher::make_room(const Client& client) {
  const auto about_to_end = static_cast<int64_t>(client.accounted_input);
  if (!store_->over_limit(*thread_state_, -about_to_end)) [[likely]]
    return;
  // Looking for a key in vain asks every shard: not for every batch.
  const int64_t now_ms = thread_state_->now_ms();
  if (thread_state_->settings().policy == store::EvictionPolicy::noeviction || now_ms == no_room_at_ms_) return;
  if (!store_->make_room(*thread_state_, 0, about_to_end)) no_room_at_ms_ = now_ms;
}

/// A world other than the server's own is made ready each time: its place in the store is told what to do with events.
void Dispatcher::enter(World& world) {
  world_ = &world;
  store_ = &world.store;
  thread_state_ = &world.thread_state(thread_.index());
  if (world_ == &state_.world) return;
  thread_state_->set_event_sink([this, &world](const auto& events) { publish_events(world, events); },
                                world.pubsub.hears_events());
  thread_state_->set_event_mask(thread_.event_mask());
}

const CommandSpec* Dispatcher::look_up(std::span<const std::string_view> args) {
  const std::string_view name = args[0];
  if (name.size() > sizeof(uint64_t)) return names_.resolve(args);
  const uint64_t word = detail::load_partial(name.data(), name.size());
  Known& known = known_[(word * 0x9E3779B97F4A7C15u) >> 58];
  if (known.word == word && known.size == name.size()) [[likely]]
    return known.spec;
  const CommandSpec* spec = names_.resolve(args);
  // A container's row depends on the second word too.
  if (spec != nullptr && !spec->container && !spec->is_subcommand()) known = {word, name.size(), spec};
  return spec;
}

void Dispatcher::prepare(Request& request, std::span<const std::string_view> args, const Client& client) {
  request.spec = look_up(args);
  request.has_hash = request.spec != nullptr && request.spec->first_key != 0 && request.spec->first_key < args.size();
  if (!request.has_hash) return;
  store::Store& store = client.world.store;
  request.database = client.database;
  request.hash = store.hash(args[request.spec->first_key]);
  base::prefetch(&store.shard(store.shard_index(request.hash)));
}

inline void Dispatcher::prefetch_slot(const Request& request) const {
  if (!request.has_hash || request.database != 0) return;
  store_->shard(store_->shard_index(request.hash)).first.prefetch_slot(store::Table::prefix(request.hash));
}

inline void Dispatcher::prefetch_entry(const Request& request) const {
  if (!request.has_hash) return;
  const size_t index = store_->shard_index(request.hash);
  const uint32_t prefix = store::Table::prefix(request.hash);
  if (request.database == 0) [[likely]]
    return store_->shard(index).first.prefetch_entry(prefix);
  // The tables of other databases come and go.
  store_->if_idle(index, [&](store::Shard& shard) {
    if (const store::Table* table = shard.table(request.database)) table->prefetch_entry(prefix);
  });
}

void Dispatcher::prefetch_first(const Batch& batch) const {
  const size_t count = batch.requests.size();
  if (count < 2) return;
  for (size_t i = 0; i < std::min(count, kSlotsAhead); ++i) prefetch_slot(batch.requests[i]);
  for (size_t i = 0; i < std::min(count, kEntriesAhead); ++i) prefetch_entry(batch.requests[i]);
}

void Dispatcher::prefetch_ahead(const Batch& batch, size_t request) const {
  if (const size_t ahead = request + kSlotsAhead; ahead < batch.requests.size()) prefetch_slot(batch.requests[ahead]);
  if (const size_t ahead = request + kEntriesAhead; ahead < batch.requests.size())
    prefetch_entry(batch.requests[ahead]);
}

// -- Refusing and queueing --

void Dispatcher::count_error(void* self, std::string_view text) {
  auto& dispatcher = *static_cast<Dispatcher*>(self);
  dispatcher.thread_.statistics.error_replies.add();
  try {
    dispatcher.thread_.statistics.errors.count(error_code(text));
  } catch (const std::bad_alloc&) {
    // Counted among all, if not by its code.
  }
}

void Dispatcher::refuse(Client& client, const CommandSpec* spec, std::string_view error, protocol::ReplyWriter& reply) {
  if (spec != nullptr) {
    thread_.statistics.per_command[CommandTable::instance().id_of(*spec)].rejected.add();
  }
  if (spec != nullptr && spec->is(kRunsQueue)) {
    constexpr std::string_view kPlainError = "ERR ";
    const std::string_view reason = error.starts_with(kPlainError) ? error.substr(kPlainError.size()) : error;
    reply.error(fmt::format("EXECABORT Transaction discarded because of: {}", reason));
    forget_watches(client, store::ShardLocks(*store_));
    client.transaction.reset();
    client.update_gates();
    return;
  }
  if (client.transaction.active) client.transaction.refused = true;
  reply.error(error);
}

void Dispatcher::enqueue(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                         protocol::ReplyWriter& reply) {
  Transaction& transaction = client.transaction;
  transaction.queue.push_back({.spec = &spec, .request = StoredRequest(args)});
  transaction.queued_bytes += transaction.queue.back().request.memory();
  reply.simple("QUEUED");
}

// -- Executing --

Dispatcher::Outcome Dispatcher::execute(Client& client, const Request& request,
                                        std::span<const std::string_view> args) {
  protocol::OutputBuffer& output = client.reply_mode == ReplyMode::on ? client.output : dropped_replies_;
  const protocol::OutputBuffer::Mark mark = output.mark();
  try {
    return admit(client, request, args);
  } catch (const std::bad_alloc&) {
    protocol::ReplyWriter reply(output, client.protocol);
    reply.on_error(&Dispatcher::count_error, this);
    // What could not be queued must not be missing from what EXEC runs.
    if (client.transaction.active) client.transaction.refused = true;
    client.update_gates();
    answer_out_of_memory(client, reply, mark);
    return Outcome::done;
  }
}

/// In the place of what has been replied since the mark.
void Dispatcher::answer_out_of_memory(Client& client, protocol::ReplyWriter& reply, protocol::OutputBuffer::Mark mark) {
  reply.output().truncate(mark);
  try {
    reply.error(protocol::kOutOfMemory);
  } catch (const std::bad_alloc&) {
    client.close_now = true;  // a reply that is missing would shift all that follow
  }
}

Dispatcher::Outcome Dispatcher::admit(Client& client, const Request& request, std::span<const std::string_view> args) {
  const CommandSpec* spec = request.spec;
  client.last_command = spec == nullptr ? nullptr : &spec->name;
  thread_.refresh_settings();
  thread_state_->refresh_settings();
  // Only replies are dropped: messages and confirmations go to the output, whatever CLIENT REPLY says.
  const bool dropped = client.reply_mode != ReplyMode::on;
  protocol::ReplyWriter reply(dropped ? dropped_replies_ : client.output, client.protocol);
  reply.on_error(&Dispatcher::count_error, this);

  assert(client.gates == client.closed_gates());
  GateMask ahead = gates_ahead(spec, args.size(), client, state_.gates.closed());
  // In a cache every write comes to this gate: it is asked here whether there is room, which is nearly always so.
  if (ahead == kGateMemory && !may_need_room(client, *spec, request)) ahead = 0;
  if (ahead != 0) [[unlikely]] {
    if (const auto outcome = pass_gates(client, request, args, ahead, reply)) return *outcome;
  }
  call(client, *spec, args, request, reply);
  return Outcome::done;
}

/// Nothing when the request may be executed now; otherwise it has been dealt with.
std::optional<Dispatcher::Outcome> Dispatcher::pass_gates(Client& client, const Request& request,
                                                          std::span<const std::string_view> args, GateMask ahead,
                                                          protocol::ReplyWriter& reply) {
  const CommandSpec* spec = request.spec;
  const Verdict verdict = examine({.state = state_,
                                   .thread = thread_,
                                   .names = names_,
                                   .client = client,
                                   .spec = spec,
                                   .args = args,
                                   .bytes = request.bytes},
                                  ahead);
  switch (verdict.kind) {
    case Verdict::Kind::pass: break;
    case Verdict::Kind::refuse: refuse(client, spec, verdict.text, reply); return Outcome::done;
    case Verdict::Kind::hold_back: return Outcome::wait;
    case Verdict::Kind::drop:
      state_.log.warning("{}", verdict.text);
      client.close_now = true;
      return Outcome::done;
  }
  if (!client.transaction.active || spec->is(kRunsInMulti)) return std::nullopt;
  enqueue(client, *spec, args, reply);
  return Outcome::done;
}

void Dispatcher::call(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                      const Request& request, protocol::ReplyWriter& reply) {
  const uint64_t start = watch_ticks_;
  auto run = [&] {
    store::ShardLocks locks(*store_);
    lock(client, spec, args, request, locks);
    invoke(client, spec, args, &request, reply, locks, false);
    // Before the shards are released: what others do to the same keys is handed over behind it.
    thread_state_->hand_over();
    if (thread_state_->has_ready()) [[unlikely]]
      blocking_.serve(*store_, *thread_state_, locks);
    if (state_.monitors.any()) [[unlikely]]
      feed_monitors(client, spec, args);
  };
  if (spec.is(kRunsQueue) && queue_stops_threads(client)) [[unlikely]] {
    state_.threads.with_all_stopped(thread_, run);
  } else {
    run();
  }
  thread_.run_deliveries();
  if (blocking_.must_retry()) [[unlikely]]
    blocking_.retry();
  // What took long has made the batch's idea of the time old.
  constexpr int64_t kTimeIsOldNs = 1'000'000;
  if (stopwatch_nanoseconds(watch_ticks_ - start) > kTimeIsOldNs) [[unlikely]]
    thread_state_->refresh_time();
  if (spec.is(kWrite | kRunsQueue) && thread_state_->settings().maxmemory != 0) settle_memory(client, spec);
}

/// EXEC of such commands has the threads stopped before it locks a shard, or two of them could wait for each other.
bool Dispatcher::queue_stops_threads(const Client& client) {
  const auto& queue = client.transaction.queue;
  return std::any_of(queue.begin(), queue.end(), [](const auto& queued) { return queued.spec->is(kStopsThreads); });
}

/// Locks what the command declares. Keys that contradict their specification (a wrong number of keys) lock nothing: the
/// handler refuses such arguments before it looks anything up.
void Dispatcher::lock(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                      const Request& request, store::ShardLocks& locks) {
  if (request.has_hash && spec.locking == Locking::keys) [[likely]]
    return locks.lock_one(request.hash);
  if (spec.is(kRunsQueue)) return lock_transaction(client, locks);
  const Locking locking = spec.locking_of(args);
  if (locking == Locking::all_shards) return locks.lock_all();
  if (locking != Locking::keys || spec.keys.empty()) return;
  shards_.clear();
  add_shards(spec, args);
  locks.lock_many(shards_);
}

void Dispatcher::add_shards(const CommandSpec& spec, std::span<const std::string_view> args) {
  for_each_key(spec, args, [&](size_t index, KeyUse) {
    shards_.push_back(static_cast<uint16_t>(store_->shard_index(store_->hash(args[index]))));
  });
}

void Dispatcher::lock_transaction(Client& client, store::ShardLocks& locks) {
  if (!client.transaction.active || client.transaction.refused) return;
  shards_.clear();
  for (const auto& queued : client.transaction.queue) {
    const Locking locking = queued.spec->locking_of(queued.request.args());
    if (locking == Locking::all_shards || locking == Locking::walk) return locks.lock_all();
    add_shards(*queued.spec, queued.request.args());
  }
  // Watched keys too: whether they have expired is asked at the same instant.
  for (const auto& [database, key] : client.watched) {
    shards_.push_back(static_cast<uint16_t>(store_->shard_index(store_->hash(key))));
  }
  locks.lock_many(shards_);
}

void Dispatcher::invoke(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                        const Request* request, protocol::ReplyWriter& reply, const store::ShardLocks& locks,
                        bool in_exec) {
  const uint64_t errors_before = reply.errors();
  const uint64_t start = watch_ticks_;
  const protocol::OutputBuffer::Mark mark = reply.output().mark();
  // EXEC's effects are those of what it executes.
  const bool effects = spec.is(kWrite | kMayReplicate) && thread_state_->wants_effects();
  const uint32_t database = client.database;
  if (effects) [[unlikely]]
    thread_state_->begin_command();
  try {
    handle(client, spec, args, request, reply, locks, in_exec);
    if (effects) [[unlikely]]
      thread_state_->end_command(database, args);
  } catch (const std::bad_alloc&) {
    client.update_gates();  // as after every handler that may change them
    if (effects) thread_state_->abandon_command();
    answer_out_of_memory(client, reply, mark);
  }
  watch_ticks_ = stopwatch_ticks();
  account(client, spec, args, stopwatch_nanoseconds(watch_ticks_ - start), reply.errors() != errors_before);
}

inline void Dispatcher::handle(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                               const Request* request, protocol::ReplyWriter& reply, const store::ShardLocks& locks,
                               bool in_exec) {
  protocol::ArgReader reader(args, spec.is_subcommand() ? 2 : 1);
  if (spec.handler.kind() == Handler::Kind::data) [[likely]] {
    store::Keyspace keys(*store_, *thread_state_, locks, client.database);
    keys.set_writing(spec.is(kWrite));
    if (client.no_touch) keys.set_touching(spec.is(kAlwaysTouches));
    if (request != nullptr && request->has_hash) keys.remember_hash(args[spec.first_key], request->hash);
    spec.handler.data()(reader, keys, reply);
  } else {
    CommandContext context(state_, *this, client, spec, locks);
    context.set_in_exec(in_exec);
    spec.handler.session()(reader, context, reply);
    client.update_gates();
  }
}

void Dispatcher::run_queued(Client& client, std::span<const Transaction::Queued> queue, protocol::ReplyWriter& reply,
                            const store::ShardLocks& locks) {
  thread_state_->begin_transaction();
  const base::AtExit together([&] { thread_state_->end_transaction(); });
  reply.array(queue.size());
  for (const auto& queued : queue) {
    // The one before may have been CONFIG SET.
    thread_.refresh_settings();
    thread_state_->refresh_settings();
    invoke(client, *queued.spec, queued.request.args(), nullptr, reply, locks, true);
    thread_state_->hand_over();  // in the order of what the transaction itself publishes
    if (state_.monitors.any()) feed_monitors(client, *queued.spec, queued.request.args());
  }
}

bool Dispatcher::execute_again(Client& client, const BlockedRequest& waiter) {
  const auto args = waiter.request.args();
  // It may stand behind a command of a client of another world.
  const base::AtExit back([this, world = world_] {
    if (world_ != world) enter(*world);
  });
  begin_batch(client);
  thread_.refresh_settings();
  thread_state_->refresh_settings();
  protocol::OutputBuffer dropped;
  protocol::OutputBuffer& output = waiter.drops_reply ? dropped : client.output;
  protocol::ReplyWriter reply(output, client.protocol);
  reply.on_error(&Dispatcher::count_error, this);
  const protocol::OutputBuffer::Mark mark = output.mark();
  store::ShardLocks locks(*store_);
  shards_.clear();
  add_shards(waiter.spec, args);
  locks.lock_many(shards_);
  try {
    protocol::ArgReader reader(args);
    CommandContext context(state_, *this, client, waiter.spec, locks);
    waiter.spec.handler.session()(reader, context, reply);
  } catch (const std::bad_alloc&) {
    answer_out_of_memory(client, reply, mark);
  }
  thread_state_->hand_over();
  blocking_.serve(*store_, *thread_state_, locks);
  return waiter.is_retrying();
}

// -- Afterwards --

/// Under a memory limit: whether the gate has to look at a command that may add to the data.
bool Dispatcher::may_need_room(const Client& client, const CommandSpec& spec, const Request& request) const {
  const int64_t room = room_beforehand(request.bytes, thread_state_->settings().maxmemory) - given_back(client, spec);
  return spec.grows_by != nullptr || store_->over_limit(*thread_state_, room);
}

/// A write may have added more than the gate could know: what is above the limit goes before the reply does.
void Dispatcher::settle_memory(const Client& client, const CommandSpec& spec) {
  if (!spec.is(kDenyOom | kRunsQueue)) return;
  store_->make_room(*thread_state_, 0, given_back(client, spec));
}

void Dispatcher::account(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                         int64_t nanoseconds, bool failed) {
  CommandFigures& figures = thread_.statistics.per_command[CommandTable::instance().id_of(spec)];
  figures.calls.add();
  figures.microseconds_x1000.add(nanoseconds);
  if (thread_.settings().latency_tracking) figures.latency.record(nanoseconds);
  if (failed) figures.failed.add();
  thread_.statistics.commands.add();
  ++client.commands;
  const int64_t microseconds = nanoseconds / 1000;
  const bool slow = state_.slow_log.wants(microseconds) && !spec.is(kSkipSlowlog);
  if (slow || state_.latency.wants(microseconds / 1000)) [[unlikely]]
    note_slowness(client, spec, args, microseconds, slow);
}

/// What there is no memory to note is not noted: the command has been executed.
void Dispatcher::note_slowness(const Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                               int64_t microseconds, bool slow) {
  const int64_t now_s = thread_state_->now_ms() / 1000;
  try {
    if (slow) {
      std::vector<std::string_view> storage;
      state_.slow_log.add(redacted(spec, args, storage), now_s, microseconds, client.address, client.name);
    }
    if (state_.latency.wants(microseconds / 1000)) {
      state_.latency.add(spec.is(kFast) ? "fast-command" : "command", now_s, microseconds / 1000);
    }
  } catch (const std::bad_alloc&) {
  }
}

void Dispatcher::feed_monitors(const Client& client, const CommandSpec& spec, std::span<const std::string_view> args) {
  if (spec.is(kSkipMonitor | kAdmin)) return;
  try {
    std::vector<std::string_view> storage;
    state_.monitors.feed(client, redacted(spec, args, storage));
  } catch (const std::bad_alloc&) {  // the command has been executed; a line for which there is no memory is lost
  }
}

void Dispatcher::publish_events(World& world, const std::vector<store::KeyEvent>& events) {
  const uint32_t wanted = thread_.settings().notify_keyspace_events;
  for (const store::KeyEvent& event : events) {
    if ((wanted & notify::kKeyspace) != 0) {
      world.pubsub.publish(ChannelKind::channel, fmt::format("__keyspace@{}__:{}", event.database, event.key),
                           event.name);
    }
    if ((wanted & notify::kKeyevent) != 0) {
      world.pubsub.publish(ChannelKind::channel, fmt::format("__keyevent@{}__:{}", event.database, event.name),
                           event.key);
    }
  }
}

}  // namespace larder::server
