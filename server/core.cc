// What all connections share; see core.h.
#include "server/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <random>

#include "base/at_exit.h"
#include "protocol/quoting.h"
#include "server/clients/client.h"
#include "server/clients/client_line.h"
#include "server/net/io_thread.h"
#include "server/net/session.h"

namespace larder::server {

namespace {

std::string random_hex(size_t digits) {
  std::random_device device;
  std::string text;
  while (text.size() < digits) text += fmt::format("{:08x}", device());
  text.resize(digits);
  return text;
}

store::Store::Options store_options(const Core::Options& options) {
  return {.databases = static_cast<uint32_t>(options.settings.databases),
          .threads = static_cast<unsigned>(options.settings.io_threads),
          .seed = 0,
          .clock = options.clock,
          .single_threaded = options.settings.io_threads == 1};
}

/// maxmemory-clients in bytes, 0 = none. Never so little that nobody could say anything to the server any more.
int64_t client_limit_of(const Settings& settings) {
  constexpr uint64_t kLeast = 128 * 1024;  // as in Redis
  const MemoryOrPercent& limit = settings.maxmemory_clients;
  const auto percent = static_cast<uint64_t>(limit.percent);
  const uint64_t share = settings.maxmemory_bytes / 100 * percent + settings.maxmemory_bytes % 100 * percent / 100;
  const uint64_t bytes = limit.percent != 0 ? share : limit.bytes;
  return bytes == 0 ? 0 : static_cast<int64_t>(std::max(bytes, kLeast));
}

}  // namespace

Core::Core(Options options)
    : config(options.settings, options.config_file),
      log(options.settings.loglevel),
      store(store_options(options)),
      run_id(random_hex(40)),
      started_us(options.clock->now_us()),
      clock_(options.clock) {
  (void)command_names.rename(options.settings.renamed_commands);  // Server::start names a mistake
  install_hooks();
  apply_limits(options.settings);
  for (int i = 0; i < options.settings.io_threads; ++i) {
    threads_.push_back(std::make_unique<IoThread>(*this, static_cast<unsigned>(i)));
  }
}

Core::~Core() = default;

// -- Configuration --

void Core::apply_limits(const Settings& settings) {
  store.set_maxmemory(static_cast<int64_t>(settings.maxmemory_bytes));
  store.set_policy(settings.maxmemory_policy);
  store.set_samples(static_cast<unsigned>(settings.maxmemory_samples));
  store.set_lfu(static_cast<unsigned>(settings.lfu_log_factor), static_cast<unsigned>(settings.lfu_decay_time_min));
  store.set_expire_effort(settings.active_expire_effort);
  store.set_lazy_free((settings.lazyfree_lazy_eviction ? store::kLazyEviction : 0u) |
                      (settings.lazyfree_lazy_expire ? store::kLazyExpire : 0u) |
                      (settings.lazyfree_lazy_server_del ? store::kLazyServerDel : 0u) |
                      (settings.lazyfree_lazy_user_del ? store::kLazyUserDel : 0u));
  client_memory_limit_.store(client_limit_of(settings), std::memory_order_relaxed);
  pubsub.set_hard_limit(settings.client_output_buffer_limits.pubsub.hard_bytes);
  store.set_max_string_bytes(settings.proto_max_bulk_len_bytes);
  store.set_encoding_limits({.set_max_intset_entries = static_cast<size_t>(settings.set_max_intset_entries),
                             .set_max_listpack_entries = static_cast<size_t>(settings.set_max_listpack_entries),
                             .set_max_listpack_value = static_cast<size_t>(settings.set_max_listpack_value_bytes)});
  slow_log.set_threshold_us(settings.slowlog_log_slower_than_us);
  slow_log.set_max_length(static_cast<size_t>(settings.slowlog_max_len));
  latency.set_threshold_ms(settings.latency_monitor_threshold_ms);
  set_gate(kGateMemory, settings.maxmemory_bytes != 0);
  set_gate(kGateReplicas, settings.min_replicas_to_write != 0 && settings.min_replicas_max_lag_s != 0);
}

void Core::set_gate(GateMask gate, bool closed) {
  if (closed) {
    gates_.fetch_or(gate, std::memory_order_relaxed);
  } else {
    gates_.fetch_and(~gate, std::memory_order_relaxed);
  }
}

void Core::install_hooks() {
  config.on_change("", [this](const Settings& before, const Settings& after) -> tl::expected<void, std::string> {
    apply_limits(after);
    log.set_level(after.loglevel);
    if (before.logfile != after.logfile) return log.open(after.logfile);
    return {};
  });
}

// -- Threads and clients --

void Core::adopt(int descriptor, bool unix_socket) {
  IoThread* least = threads_.front().get();
  for (const auto& thread : threads_) {
    if (thread->connections() < least->connections()) least = thread.get();
  }
  connected_.fetch_add(1, std::memory_order_relaxed);
  least->adopt(descriptor, unix_socket);
}

void Core::with_threads_stopped(IoThread& self, const std::function<void()>& work) {
  if (threads_stopped_by_ == &self) return work();
  store::HeldShards::check_none("the I/O threads are stopped while a shard is held");
  // The own lock is given up first: all are then taken in one order, so two commands that stop the threads take turns.
  self.execution.unlock();
  for (const auto& thread : threads_) thread->execution.lock();
  threads_stopped_by_ = &self;
  const base::AtExit go_on([&] {
    threads_stopped_by_ = nullptr;
    for (const auto& thread : threads_) {
      if (thread.get() != &self) thread->execution.unlock();
    }
  });
  work();
}

void Core::for_each_client(const std::function<void(Client&)>& visit) {
  for (const auto& thread : threads_) {
    thread->for_each_session([&](Session& session) { visit(session.client); });
  }
}

void Core::close_client(Client& client) {
  client.close_now = true;
  pubsub.forget(client);  // now, not when its thread gets to it: who asked for it may count on it
  client.thread.post([&thread = client.thread, id = client.id] {
    if (Session* session = thread.find(id)) session->close();
  });
}

// -- Memory --

int64_t Core::used_memory() const {
  int64_t used = store.used_memory();
  for (const auto& thread : threads_) used += thread->uncharged_client_memory();
  return used;
}

int64_t Core::client_memory() const {
  int64_t bytes = 0;
  for (const auto& thread : threads_) bytes += thread->client_memory.get();
  return bytes;
}

void Core::set_startup_memory(int64_t bytes) { store.add_overhead(bytes - startup_memory_.exchange(bytes)); }

void Core::evict_clients(IoThread& self) {
  if (client_memory_limit() == 0 || client_memory() <= client_memory_limit()) return;
  with_threads_stopped(self, [&] {
    int64_t excess = client_memory() - client_memory_limit();
    bool evicted = false;
    std::vector<Client*> candidates;
    for_each_client([&](Client& client) {
      if (client.close_now) {
        excess -= static_cast<int64_t>(client.accounted_bytes);  // as good as gone
      } else if (!client.no_evict) {
        candidates.push_back(&client);
      }
    });
    std::sort(candidates.begin(), candidates.end(),
              [](const Client* a, const Client* b) { return a->accounted_bytes > b->accounted_bytes; });
    for (Client* client : candidates) {
      if (excess <= 0) return;
      excess -= static_cast<int64_t>(client->accounted_bytes);
      evicted = true;
      note_evicted(*client);
      if (&client->thread != &self) {
        close_client(*client);
      } else if (Session* session = self.find(client->id)) {
        session->close();
      }
    }
    if (excess > 0 && evicted) log.warning("Over client maxmemory after evicting all evictable clients");
  });
}

void Core::note_evicted(const Client& client) {
  statistics.evicted_clients.fetch_add(1, std::memory_order_relaxed);
  if (!log.enabled(LogLevel::notice)) return;
  std::string line;
  append_client_line(line, client, clock_->now_us(), nullptr);
  line.pop_back();
  log.notice("Evicting client: {}", line);
}

// -- Figures --

void Core::note_rates() {
  Rates::Totals totals;
  for (const auto& thread : threads_) {
    totals.commands += thread->statistics.commands.get();
    totals.input_bytes += thread->statistics.input_bytes.get();
    totals.output_bytes += thread->statistics.output_bytes.get();
    totals.loop_cycles += thread->statistics.loop_cycles.get();
    totals.loop_ns += thread->statistics.loop_ns.get();
  }
  rates.note(base::steady_us(), totals);
}

void Core::reset_figures() {
  statistics.reset();
  rates.reset();
  for (const auto& thread : threads_) thread->statistics.reset();
  store.for_each_thread([](store::StoreThread& thread) {
    for (base::Counter* counter :
         {&thread.hits, &thread.misses, &thread.expired_keys, &thread.evicted_keys, &thread.expire_cycle_us}) {
      counter->set(0);
    }
  });
  store.background().reset_freed();
}

// -- Pausing --

void Core::pause_clients(PauseMode mode, int64_t until_ms) {
  const std::lock_guard guard(pause_mutex_);
  // A pause during a pause never makes it shorter or weaker.
  if (const PauseMode now = paused(clock_->now_ms()); now != PauseMode::none) {
    mode = std::max(mode, now);
    until_ms = std::max(until_ms, pause_until_ms_.load(std::memory_order_relaxed));
  }
  pause_until_ms_.store(until_ms, std::memory_order_relaxed);
  pause_mode_.store(mode, std::memory_order_relaxed);
  store.stand_still_until(until_ms);
  set_gate(kGatePause, true);
}

void Core::note_end_of_pause(int64_t now_ms) {
  if ((gates() & kGatePause) == 0) return;
  const std::lock_guard guard(pause_mutex_);
  if (paused(now_ms) == PauseMode::none) set_gate(kGatePause, false);
}

void Core::unpause_clients() {
  {
    const std::lock_guard guard(pause_mutex_);
    pause_mode_.store(PauseMode::none, std::memory_order_relaxed);
    store.stand_still_until(std::numeric_limits<int64_t>::min());
    set_gate(kGatePause, false);
  }
  for (const auto& thread : threads_) {
    thread->post([thread = thread.get()] { thread->resume_paused(); });
  }
}

PauseMode Core::paused(int64_t now_ms) const {
  const PauseMode mode = pause_mode_.load(std::memory_order_relaxed);
  if (mode == PauseMode::none) [[likely]]
    return mode;
  return now_ms < pause_until_ms_.load(std::memory_order_relaxed) ? mode : PauseMode::none;
}

// -- Monitors --

void Core::feed_monitors(const Client& client, std::span<const std::string_view> args) {
  const int64_t now = clock_->now_us();
  const std::string_view address = client.address;
  std::string line = fmt::format("+{}.{:06} [{} {}{}]", now / 1'000'000, now % 1'000'000, client.database,
                                 client.unix_socket ? "unix:" : "",
                                 client.unix_socket ? address.substr(0, address.rfind(':')) : address);
  for (const std::string_view arg : args) {
    line += ' ';
    protocol::append_quoted(line, arg);
  }
  line += "\r\n";
  const auto shared = std::make_shared<const std::string>(std::move(line));
  for (const auto& thread : threads_) {
    thread->show_in_order([thread = thread.get(), shared] {
      thread->for_each_session([&](Session& session) {
        if (!session.client.monitor || session.client.close_after_reply) return;
        session.client.output.append(*shared);
        thread->flush_later(session);
      });
    });
  }
}

void Core::request_shutdown() {
  if (on_shutdown_requested) on_shutdown_requested();
}

}  // namespace larder::server
