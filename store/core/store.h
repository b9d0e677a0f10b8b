// The store: shards, the recency clock, memory accounting, eviction and expiry. Commands reach data through a Keyspace
// (keyspace.h); this header is for whoever owns the store and its threads.
//
// A Store may be used from any thread; each thread that touches data does so with a ThreadState of its
// own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/counter.h"
#include "base/hash.h"
#include "base/random.h"
#include "store/core/arena.h"
#include "store/core/background.h"
#include "store/core/changes.h"
#include "store/core/effects.h"
#include "store/core/events.h"
#include "store/core/eviction.h"
#include "store/core/hit_density.h"
#include "store/core/memory_account.h"
#include "store/core/recency.h"
#include "store/core/settings.h"
#include "store/core/shard.h"
#include "store/values/value.h"

namespace larder::store {

class Store;

/// What one thread needs to work on the store: its idea of the time, its figures, its share of the accounting.
class ThreadState {
 public:
  ThreadState(Store& store, unsigned index, uint64_t seed);

  /// Reads the clock; every deadline and idle time until the next call is measured against this moment. No shard is
  /// held.
  void refresh_time();
  int64_t now_ms() const { return now_us_ / 1000; }
  int64_t now_us() const { return now_us_; }

  /// This thread's copy of the store's settings.
  const Settings& settings() const { return settings_; }
  /// Takes it anew if they have changed: at the beginning of each command.
  void refresh_settings();

  /// Adds to the bytes in use; passed on to the store's total in portions.
  void charge(int64_t bytes);
  /// So many bytes have been given back to the general allocator; passed on in portions too.
  void note_heap_freed(size_t bytes);

  /// Whether an event of this class is configured and anybody listens to events.
  bool wants(EventClass event_class) const {
    return (event_mask_ & event_class) != 0 && (listened_ == nullptr || listened_->load(std::memory_order_relaxed));
  }
  void set_event_mask(uint32_t mask) { event_mask_ = mask; }
  /// Who takes the events, and whether anybody listens to them: read with each event. Without a sink, events() collects
  /// them.
  void set_event_sink(EventSink sink, const std::atomic<bool>& listened) {
    event_sink_ = std::move(sink);
    listened_ = &listened;
  }
  /// An event for which there is no memory is lost.
  void raise(EventClass event_class, std::string_view name, uint32_t database, std::string_view key) noexcept {
    if (wants(event_class)) [[unlikely]]
      raise_now(event_class, name, database, key);
  }
  /// Gives the events raised so far and the effects collected so far to their sinks. To be called before the shards of
  /// their keys are released.
  void hand_over() noexcept {
    if (!events_.empty()) [[unlikely]]
      hand_over_events();
    if (!effects_.effects.empty() || effects_.incomplete) [[unlikely]]
      hand_over_effects();
  }
  // -- Blocking commands; see waiters.h --
  /// Somebody waits for a key that has been written, whose shard is held until the queue has been taken.
  void note_ready(WaiterTable::Queue& queue) noexcept {
    if (std::exchange(queue.ready, true)) return;
    queue.next_ready = nullptr;
    (last_ready_ == nullptr ? first_ready_ : last_ready_->next_ready) = &queue;
    last_ready_ = &queue;
  }
  bool has_ready() const { return first_ready_ != nullptr; }
  /// The queue of the key that was written first, which is no longer on the list but stays marked as ready until the
  /// caller is done with it: serving it writes to the key, too. Null when there is none.
  WaiterTable::Queue* take_ready() noexcept {
    WaiterTable::Queue* queue = first_ready_;
    if (queue == nullptr) return nullptr;
    first_ready_ = queue->next_ready;
    if (first_ready_ == nullptr) last_ready_ = nullptr;
    return queue;
  }

  /// Events that have been raised and not handed over, in order.
  std::vector<KeyEvent>& events() { return events_; }

  // -- Effects; see effects.h. What follows does nothing unless somebody takes them --
  bool wants_effects() const;
  /// Describes what the command being executed did; else it is its own description.
  void effect(uint32_t database, std::span<const std::string_view> arguments) noexcept {
    described_ = true;
    add_effect(database, arguments);
  }
  /// The same for what no command asked for: expiry and eviction.
  void add_effect(uint32_t database, std::span<const std::string_view> arguments) noexcept;
  /// Around a command, which is its own effect if it changed something and was not described.
  void begin_command() {
    described_ = false;
    changes_before_ = changes.get();
  }
  void end_command(uint32_t database, std::span<const std::string_view> arguments) noexcept {
    if (!described_ && changes.get() != changes_before_) add_effect(database, arguments);
  }
  /// A command failed half way: if it has changed something, no effect says what.
  void abandon_command() noexcept {
    if (changes.get() != changes_before_) effects_.incomplete = true;
  }
  /// Around commands whose effects belong together: they are handed over at the end, between MULTI and EXEC.
  void begin_transaction() { in_transaction_ = true; }
  void end_transaction() noexcept;

  /// allkeys-lhd: the time since the key's last access ends at `tick` with a hit or an eviction. Called before its
  /// recency changes.
  void note_end(const Entry& entry, uint32_t tick, bool hit);

  Store& store() { return store_; }
  unsigned index() const { return index_; }
  base::Random& random() { return random_; }

  base::Counter hits, misses;  // of reading look-ups
  base::Counter expired_keys, evicted_keys;
  base::Counter expire_cycle_us;  // spent by the sweeper
  base::Counter changes;          // writes to the dataset

 private:
  friend class Store;
  friend class Evictor;

  void take_settings();
  void raise_now(EventClass event_class, std::string_view name, uint32_t database, std::string_view key) noexcept;
  void hand_over_events() noexcept;
  void hand_over_effects() noexcept;

  Store& store_;
  unsigned index_;
  int64_t now_us_ = 0;
  Settings settings_;
  uint64_t settings_generation_ = 0;
  base::Random random_;
  base::Counter pending_bytes_;  // not yet part of the store's total
  size_t heap_freed_ = 0;        // the same
  uint32_t event_mask_ = 0;
  const std::atomic<bool>* listened_ = nullptr;
  std::vector<KeyEvent> events_;
  EventSink event_sink_;
  EffectBatch effects_;
  bool described_ = false, in_transaction_ = false;
  int64_t changes_before_ = 0;
  WaiterTable::Queue *first_ready_ = nullptr, *last_ready_ = nullptr;
  EvictionPool pool_;
  std::array<SampledSlots, 2> sampling_ahead_;
  HitLog hit_log_;
  size_t sweep_shard_ = 0;      // where the sweeper goes on
  int64_t unswept_since_ = -1;  // no key had a deadline after so many changes of the store
  uint32_t sweep_database_ = 0;
  std::vector<std::pair<uint32_t, Entry*>> sweep_found_;
};

class Store {
 public:
  static constexpr size_t kDefaultShards = 256;

  struct Options {
    uint32_t databases = 16;
    unsigned threads = 1;  // how many threads will work on it: the sweeper's shares and the accounting's slack
    uint64_t seed = 0;     // of the hash and of sampling; 0 takes a random one
    const base::Clock* clock = &base::Clock::system();
    size_t shards = kDefaultShards;  // a power of two, at most 65536; a small store does with 1 to 4
    size_t arenas = 16;              // that the shards share; a small store does with 1
    bool single_threaded = false;    // one thread alone will ever call: look-ups need no locks
  };

  explicit Store(const Options& options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  uint64_t hash(std::string_view key) const { return base::hash_bytes(key, seed_); }
  Shard& shard(size_t index) { return shards_[index]; }
  size_t shards() const { return shard_mask_ + 1; }
  size_t shard_index(uint64_t hash) const { return hash & shard_mask_; }
  uint32_t databases() const { return databases_; }
  bool single_threaded() const { return single_threaded_; }
  /// Visits a shard unless another thread holds it: for hints, which are not worth waiting for.
  template <class Visitor>
  void if_idle(size_t index, Visitor&& visit) {
    Shard& shard = shards_[index];
    if (!single_threaded_ && !shard.lock.try_lock()) return;
    visit(shard);
    if (!single_threaded_) shard.lock.unlock();
  }
  const base::Clock& clock() const { return clock_; }

  // -- Settings --
  /// Those that count now. A thread that executes commands has a copy: ThreadState::settings().
  Settings settings() const;
  /// Changes settings: `change` gets them to write to. Every thread works with the new ones from its next command on.
  /// Thread-safe.
  template <class Change>
  void change_settings(Change&& change) {
    const std::lock_guard guard(settings_mutex_);
    change(settings_);
    apply_settings();
  }
  /// Until this moment (Unix milliseconds) no key expires or is evicted but by commands that write: CLIENT PAUSE.
  void stand_still_until(int64_t ms) { still_until_ms_.store(ms, std::memory_order_relaxed); }
  bool stands_still(int64_t now_ms) const { return now_ms < still_until_ms_.load(std::memory_order_relaxed); }

  // -- Memory --
  /// Bytes of keys, values and tables, exact once all threads are between commands. What is freed in the background
  /// counts until it is freed.
  int64_t used_memory() const;
  /// What an empty store takes.
  int64_t own_bytes() const { return static_cast<int64_t>(shards() * sizeof(Shard) + arenas_.size() * sizeof(Arena)); }
  int64_t peak_memory() const { return memory_.peak(); }
  /// Adds to the bytes in use what no eviction can free, such as the buffers of connections. Thread-safe; one shared
  /// counter, so not for every command.
  void add_overhead(int64_t bytes) { memory_.add_overhead(bytes); }
  /// Whether the limit is exceeded, as this thread sees it: off by at most a thousandth of the limit.
  bool over_limit(const ThreadState& thread, int64_t extra = 0) const {
    const int64_t limit = thread.settings().maxmemory;
    return limit > 0 && memory_.total() + thread.pending_bytes_.get() + extra > limit;
  }
  /// Makes `extra` more bytes fit below the limit: first by freeing what waits in the background to be freed, then by
  /// evicting keys by the policy. No shard may be held by the caller. False when nothing more can go, and at once, with
  /// nothing evicted, when that much would not fit into an empty store. The answer is exact; how much is evicted is as
  /// this thread sees the account (over_limit).
  /// given_back   bytes of the overhead that are about to end
  bool make_room(ThreadState& thread, int64_t extra = 0, int64_t given_back = 0);
  /// Gives all free pages back to the system; returns how many bytes of blocks.
  size_t purge();
  /// Gives free pages back in the background if there are so many that it pays. Thread-safe; cheap.
  void give_back_memory();

  // -- Recency --
  Recency& recency() { return recency_; }
  const Recency& recency() const { return recency_; }
  void on_insert(Shard& shard) {
    if (--shard.insertions_to_tick == 0) shard.insertions_to_tick = recency_.on_insertions();
  }
  /// Called with every reading of the clocks while no shard is held: ten times a second at most it does what is due.
  void note_time(int64_t now_ms, int64_t steady_ms) {
    if (recency_.is_due(now_ms, steady_ms)) note_time_now(now_ms, steady_ms);
  }

  HitDensity& hit_density() { return hit_density_; }

  // -- Expiry --
  /// Reclaims expired keys of this thread's share of the shards for at most `budget_us`; true when more is due. Looks
  /// at no shard while nothing has changed since no key had a deadline: a process may hold many idle stores.
  bool sweep(ThreadState& thread, int64_t budget_us);

  // -- Whole databases --
  size_t size(uint32_t database);
  /// Keys in all databases.
  size_t total_size();
  /// Keys with a deadline.
  size_t deadlines(uint32_t database);

  /// A thread's place; lives as long as the store. Any thread may call, at start-up.
  ThreadState& add_thread();
  /// Visits every ThreadState, to sum figures.
  template <class Visitor>
  void for_each_thread(Visitor&& visit) const {
    const std::lock_guard guard(threads_mutex_);
    for (const auto& thread : threads_) visit(*thread);
  }

  /// Tells a consumer of every change from now on, until it is detached. Locks all shards: none may be held. The
  /// consumer must live until then.
  void attach(ChangeConsumer& consumer);
  void detach(ChangeConsumer& consumer);
  /// Those attached. Only while a shard is held.
  const std::vector<ChangeConsumer*>& consumers() const { return consumers_; }

  /// Who takes the effects of all threads from now on; an empty function ends that. Locks all shards: none may be held.
  void set_effect_sink(EffectSink sink);
  bool wants_effects() const { return wants_effects_.load(std::memory_order_relaxed); }

  /// Frees an entry that is in no table: memory, Blob or Value. Large values are destroyed in the background when
  /// `lazy`, and count until then.
  void release(ThreadState& thread, Shard& shard, Entry* entry, bool lazy) noexcept;
  /// Frees a table that has been taken out of a shard, with its entries; nothing is locked. Takes them from the
  /// accounts when it is done.
  void free_table(Shard& shard, Table table) noexcept;
  Background& background() { return background_; }
  /// Blocks of small entries.
  BlockPool::Figures block_figures() const { return blocks_.figures(); }

 private:
  friend class ThreadState;
  friend class Evictor;

  void apply_settings();
  bool fits(const ThreadState& thread, int64_t extra) const {
    return used_memory() + extra <= thread.settings().maxmemory;
  }
  void note_time_now(int64_t now_ms, int64_t steady_ms);
  size_t destroy(Shard& shard, Entry* entry) noexcept;
  void destroy_later(ThreadState& thread, std::unique_ptr<Value> value) noexcept;
  /// Takes bytes from the account at once. Thread-safe.
  void credit(size_t bytes) { memory_.add(-static_cast<int64_t>(bytes)); }
  bool blocks_are_due() const;
  bool heap_is_due() const;
  size_t stored_share(size_t parts) const;
  void give_back_memory_now();
  void age_shard(Shard& shard);
  void point_to_consumers();
  int64_t changes() const;
  bool sweep_table(ThreadState& thread, Shard& shard, uint32_t database, Table& table);

  const size_t shard_mask_;
  const uint64_t seed_;
  const uint32_t databases_;
  const unsigned planned_threads_;
  const bool single_threaded_;
  const base::Clock& clock_;

  mutable std::mutex settings_mutex_;
  Settings settings_;
  std::atomic<uint64_t> settings_generation_{1};
  std::atomic<int64_t> still_until_ms_{INT64_MIN};

  HitDensity hit_density_;
  Recency recency_;

  MemoryAccount memory_;
  mutable std::mutex threads_mutex_;
  std::vector<std::unique_ptr<ThreadState>> threads_;

  BlockPool blocks_;
  std::vector<std::unique_ptr<Arena>> arenas_;
  std::unique_ptr<Shard[]> shards_;
  std::vector<ChangeConsumer*> consumers_;  // changed while all shards are held
  EffectSink effect_sink_;                  // so is this
  std::atomic<bool> wants_effects_{false};
  std::atomic<uint64_t> last_effect_{0};  // its number
  std::atomic<size_t> heap_freed_{0};     // bytes given back to the general allocator since its pages last went
  std::atomic<bool> giving_back_{false};
  Background background_;
};

inline void ThreadState::refresh_settings() {
  if (store_.settings_generation_.load(std::memory_order_acquire) != settings_generation_) [[unlikely]]
    take_settings();
}

inline bool ThreadState::wants_effects() const { return store_.wants_effects(); }

inline void ThreadState::charge(int64_t bytes) {
  pending_bytes_.add(bytes);
  const int64_t pending = pending_bytes_.get();
  const int64_t slack = store_.memory_.slack();
  if (pending > slack || pending < -slack) {
    store_.memory_.add(pending);
    pending_bytes_.set(0);
  }
}

inline void ThreadState::note_heap_freed(size_t bytes) {
  constexpr size_t kPortion = 1024 * 1024;
  heap_freed_ += bytes;
  if (heap_freed_ < kPortion) return;
  store_.heap_freed_.fetch_add(heap_freed_, std::memory_order_relaxed);
  heap_freed_ = 0;
}

inline void ThreadState::note_end(const Entry& entry, uint32_t tick, bool hit) {
  const auto age = static_cast<uint8_t>(HitDensity::age_of(entry.age(tick)));
  hit_log_.note({.key_class = entry.eviction_class(), .age = age, .hit = hit}, store_.recency_.keys());
}

}  // namespace larder::store
