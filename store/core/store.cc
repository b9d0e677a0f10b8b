// The store's own work: memory totals, the recency clock, the sweeper, release of entries. See store.h.
#include "store/core/store.h"

#include <malloc.h>

#include <algorithm>
#include <bit>
#include <mutex>

#include "base/check.h"
#include "base/sanitizer.h"
#include "store/core/shard_locks.h"

namespace larder::store {

namespace {

constexpr size_t kLazyFreeEffort = 64;        // allocations; below, handing over costs more than freeing
constexpr size_t kSweepChunks = 16;           // hints looked at while a shard is held: microseconds
constexpr size_t kPromptSweepKeys = 100'000;  // with fewer deadlines, expired keys go at the next pass
constexpr int64_t kSweepSlackMs = 650;  // with more, a chunk waits so long, to be visited for several keys at once
constexpr int kMostExpireEffort = 10;   // with which it waits a tenth of that

// Memory is given back in the background when so many bytes are free, and they are such a part of what is stored.
constexpr size_t kLeastUnused = 4 << 20;  // in blocks; half of it is kept for what comes next
constexpr size_t kUnusedShare = 8;
constexpr size_t kLeastHeapFreed = 16 << 20;  // in the general allocator, since the last time; it may be in use again
constexpr size_t kHeapFreedShare = 4;
// At most so often in the process, whose heap it is, however many stores it has: where large values come and go, holes
// are made and filled all the time.
constexpr int64_t kHeapTrimEveryMs = 1000;
std::atomic<int64_t> heap_trimmed_ms{INT64_MIN / 2};

}  // namespace

ThreadState::ThreadState(Store& store, unsigned index, uint64_t seed)
    : store_(store), index_(index), now_us_(store.clock().now_us()), random_(seed), hit_log_(store.hit_density()) {
  refresh_settings();
}

void ThreadState::refresh_time() {
  HeldShards::check_none("the time is read while a shard is held");
  now_us_ = store_.clock().now_us();
  store_.note_time(now_ms(), base::coarse_steady_ms());
}

void ThreadState::raise_now(EventClass event_class, std::string_view name, uint32_t database,
                            std::string_view key) noexcept {
  try {
    events_.push_back({event_class, name, database, std::string(key)});
  } catch (const std::bad_alloc&) {
    // The change that it tells of has been made, and stays.
  }
}

void ThreadState::hand_over_events() noexcept {
  if (!event_sink_) return;
  try {
    event_sink_(events_);
  } catch (const std::bad_alloc&) {  // events for which there is no memory are lost
  }
  events_.clear();
}

void ThreadState::add_effect(uint32_t database, std::span<const std::string_view> arguments) noexcept {
  if (!wants_effects()) return;
  try {
    effects_.effects.push_back({.sequence = 0,
                                .database = database,
                                .arguments = std::vector<std::string>(arguments.begin(), arguments.end())});
  } catch (const std::bad_alloc&) {
    effects_.incomplete = true;
  }
}

void ThreadState::end_transaction() noexcept {
  in_transaction_ = false;
  auto& effects = effects_.effects;
  if (effects.size() < 2) return;
  try {
    const Effect exec{.sequence = 0, .database = effects.back().database, .arguments = {"EXEC"}};
    effects.insert(effects.begin(), {.sequence = 0, .database = effects.front().database, .arguments = {"MULTI"}});
    effects.push_back(exec);
  } catch (const std::bad_alloc&) {
    effects_.incomplete = true;
  }
}

void ThreadState::hand_over_effects() noexcept {
  if (in_transaction_) return;
  const size_t count = effects_.effects.size();
  uint64_t sequence = store_.last_effect_.fetch_add(count, std::memory_order_relaxed);
  for (Effect& effect : effects_.effects) effect.sequence = ++sequence;
  if (store_.effect_sink_) store_.effect_sink_(std::move(effects_));
  effects_ = {};
}

Store::Store(const Options& options)
    : shard_mask_(options.shards - 1),
      seed_(options.seed != 0 ? options.seed : base::random_seed()),
      databases_(options.databases),
      planned_threads_(std::max(1u, options.threads)),
      single_threaded_(options.single_threaded),
      clock_(*options.clock),
      recency_(options.shards),
      blocks_(options.shards < kDefaultShards ? BlockPool::kSmallMapping : BlockPool::kMapping),
      shards_(std::make_unique<Shard[]>(options.shards)) {
  base::check(std::has_single_bit(options.shards) && options.shards <= 65536 && options.arenas > 0,
              "a store's number of shards is no power of two");
  arenas_.resize(options.arenas);
  for (auto& arena : arenas_) arena = std::make_unique<Arena>(blocks_);
  for (size_t i = 0; i < shards(); ++i) shards_[i].arena = arenas_[i % arenas_.size()].get();
  // What the store itself takes counts too: a limit of one byte is exceeded from the start.
  add_overhead(own_bytes());
}

Store::~Store() {
  background_.stop();
  for (size_t i = 0; i < shards(); ++i) {
    Shard& shard = shards_[i];
    shard.for_each_table([&](uint32_t, Table& table) { free_table(shard, std::move(table)); });
  }
}

ThreadState& Store::add_thread() {
  const std::lock_guard guard(threads_mutex_);
  const auto index = static_cast<unsigned>(threads_.size());
  threads_.push_back(std::make_unique<ThreadState>(*this, index, seed_ + index + 1));
  return *threads_.back();
}

// -- Settings --

Settings Store::settings() const {
  const std::lock_guard guard(settings_mutex_);
  return settings_;
}

/// What follows from the settings beyond the threads' copies. settings_mutex_ is held.
void Store::apply_settings() {
  const EvictionPolicy policy = settings_.policy;
  memory_.set_slack_for(settings_.maxmemory, planned_threads_);
  const bool ranked = settings_.maxmemory > 0 && (is_lru(policy) || policy == EvictionPolicy::allkeys_lhd);
  recency_.set_use(ranked, is_lru(policy));
  settings_generation_.fetch_add(1, std::memory_order_release);
}

void ThreadState::take_settings() {
  const std::lock_guard guard(store_.settings_mutex_);
  settings_ = store_.settings_;
  settings_generation_ = store_.settings_generation_.load(std::memory_order_relaxed);
}

// -- Memory --

int64_t Store::used_memory() const {
  int64_t used = memory_.total();
  for_each_thread([&](const ThreadState& thread) { used += thread.pending_bytes_.get(); });
  return std::max<int64_t>(used, 0);
}

bool Store::make_room(ThreadState& thread, int64_t extra, int64_t given_back) {
  HeldShards::check_none("keys are evicted while a shard is held");
  thread.refresh_settings();
  const int64_t change = extra - given_back;
  if (!over_limit(thread, change) || stands_still(thread.now_ms())) return true;
  if (extra > 0 && memory_.overhead() + change > thread.settings().maxmemory) return false;
  // What is going to be freed anyway costs no key.
  while (background_.pending_objects() > 0 && background_.help()) {
    if (!over_limit(thread, change)) return true;
  }
  if (thread.settings().policy != EvictionPolicy::noeviction) {
    Evictor evictor(*this, thread);
    while (over_limit(thread, change)) {
      if (background_.pending_objects() > 0 && background_.help()) continue;
      if (!evictor.evict_one()) return fits(thread, change);
    }
    return true;
  }
  // What other threads have freed and not passed on yet is room as well.
  return fits(thread, change);
}

size_t Store::purge() {
  for (auto& arena : arenas_) arena->trim();
  // Where nothing has been allocated from glibc's heap yet, two threads that trim it set it up both at once, and crash.
  if (!base::kOtherAllocator) ::malloc_trim(0);
  return blocks_.release_unused();
}

void Store::give_back_memory() {
  if (!blocks_are_due() && !heap_is_due()) [[likely]]
    return;
  if (giving_back_.exchange(true, std::memory_order_relaxed)) return;
  try {
    background_.submit([this] { give_back_memory_now(); }, 0);
  } catch (const std::bad_alloc&) {
    giving_back_.store(false, std::memory_order_relaxed);  // later, then
  }
}

bool Store::blocks_are_due() const {
  const size_t unused = blocks_.unused_resident_bytes();
  return unused >= kLeastUnused && unused >= stored_share(kUnusedShare);
}

bool Store::heap_is_due() const {
  const size_t freed = heap_freed_.load(std::memory_order_relaxed);
  return freed >= kLeastHeapFreed && freed >= stored_share(kHeapFreedShare) &&
         base::coarse_steady_ms() - heap_trimmed_ms.load(std::memory_order_relaxed) >= kHeapTrimEveryMs;
}

size_t Store::stored_share(size_t parts) const {
  return static_cast<size_t>(std::max<int64_t>(0, memory_.total())) / parts;
}

/// On the background thread.
void Store::give_back_memory_now() {
  giving_back_.store(false, std::memory_order_relaxed);
  if (heap_is_due()) {
    heap_freed_.store(0, std::memory_order_relaxed);
    heap_trimmed_ms.store(base::coarse_steady_ms(), std::memory_order_relaxed);
    if (!base::kOtherAllocator) ::malloc_trim(0);
  }
  if (blocks_are_due()) {
    for (auto& arena : arenas_) arena->trim();
    blocks_.release_unused(kLeastUnused / 2);
  }
}

void Store::release(ThreadState& thread, Shard& shard, Entry* entry, bool lazy) noexcept {
  if (lazy && entry->type() != Type::string && entry->value()->free_effort() > kLazyFreeEffort) {
    std::unique_ptr<Value> value(entry->value());
    const size_t bytes = entry->bytes();
    shard.arena->free(entry, bytes);
    thread.charge(-static_cast<int64_t>(Arena::charged(bytes)));
    return destroy_later(thread, std::move(value));
  }
  const size_t freed = destroy(shard, entry);
  thread.charge(-static_cast<int64_t>(freed));
  if (freed > Arena::kLargestSlot) thread.note_heap_freed(freed);
}

/// Has a value destroyed in the background, or does it now when there is no memory for the order.
void Store::destroy_later(ThreadState& thread, std::unique_ptr<Value> value) noexcept {
  const size_t bytes = value->memory();
  try {
    std::shared_ptr<Value> doomed(std::move(value));
    background_.submit(
        [this, doomed = std::move(doomed), bytes]() mutable {
          doomed.reset();
          credit(bytes);
          heap_freed_.fetch_add(bytes, std::memory_order_relaxed);
        },
        1);
  } catch (const std::bad_alloc&) {  // destroyed with the last holder: now
    thread.charge(-static_cast<int64_t>(bytes));
  }
}

/// Frees an entry and what it holds; returns the bytes that it was charged with.
size_t Store::destroy(Shard& shard, Entry* entry) noexcept {
  const size_t bytes = entry->bytes();
  size_t freed = Arena::charged(bytes);
  if (entry->type() != Type::string) {
    const std::unique_ptr<Value> value(entry->value());
    freed += value->memory();
  } else if (entry->has_blob()) {
    freed += entry->blob()->memory();
    entry->blob()->release();
  }
  shard.arena->free(entry, bytes);
  return freed;
}

void Store::free_table(Shard& shard, Table table) noexcept {
  size_t freed = table.memory(), from_heap = 0;
  table.for_each_ahead(
      [&](Entry* entry) {
        const size_t bytes = destroy(shard, entry);
        freed += bytes;
        if (bytes > Arena::kLargestSlot) from_heap += bytes;
      },
      [](const Entry* entry) { Arena::prefetch_for_free(entry); });
  table = Table();
  credit(freed);
  heap_freed_.fetch_add(from_heap, std::memory_order_relaxed);
}

// -- Recency --

void Store::note_time_now(int64_t now_ms, int64_t steady_ms) {
  if (!recency_.advance(now_ms, steady_ms)) return;
  if (settings().maxmemory > 0) recency_.set_keys(total_size());
  memory_.note(used_memory());
  give_back_memory();
  while (const auto index = recency_.shard_to_age()) age_shard(shards_[*index]);
}

/// Ticks come round after 2^24: entries that old are made to look half that old, before they look new.
void Store::age_shard(Shard& shard) {
  if (is_lfu(settings().policy)) return;
  const uint32_t now = recency_.tick();
  const std::lock_guard guard(shard.lock);
  shard.for_each_table([&](uint32_t, Table& table) {
    table.for_each_ahead(
        [&](Entry* entry) {
          if (entry->age(now) > Recency::kOldest) entry->set_recency(now - Recency::kOldest);
        },
        [](const Entry*) {});
  });
}

// -- Expiry --

int64_t Store::changes() const {
  int64_t changes = 0;
  for_each_thread([&](const ThreadState& thread) { changes += thread.changes.get(); });
  return changes;
}

bool Store::sweep(ThreadState& thread, int64_t budget_us) {
  HeldShards::check_none("expired keys are swept while a shard is held");
  thread.refresh_settings();
  if (!thread.settings().active_expire || stands_still(thread.now_ms())) return false;
  // A change is counted while its shard is held: one that is not counted here yet is made after this sweep has looked
  // at the shard, or seen by it.
  const int64_t changes = this->changes();
  if (changes == thread.unswept_since_) return false;
  bool deadlines = thread.sweep_database_ != 0;  // then the shard's first databases are not looked at
  const int64_t start = base::steady_us();
  size_t visited = 0;
  const size_t share = (shards() + planned_threads_ - 1) / planned_threads_;
  bool more = false;
  while (visited < share) {
    const size_t index = (thread.sweep_shard_ * planned_threads_ + thread.index()) % shards();
    Shard& shard = shards_[index];
    bool finished = true;
    {
      const std::lock_guard guard(shard.lock);
      const uint32_t database = thread.sweep_database_;
      Table* table = shard.table(database);
      deadlines |= table != nullptr && table->deadlines() > 0;
      finished = table == nullptr || sweep_table(thread, shard, database, *table);
      if (finished) {
        thread.sweep_database_ = shard.database_after(database);
        finished = thread.sweep_database_ == 0;
      }
    }
    if (finished) {
      thread.sweep_shard_ = (thread.sweep_shard_ + 1) % share;
      ++visited;
    }
    if (base::steady_us() - start >= budget_us) {
      more = visited < share;
      break;
    }
  }
  if (visited == share && !deadlines) thread.unswept_since_ = changes;
  thread.expire_cycle_us.add(base::steady_us() - start);
  return more;
}

bool Store::sweep_table(ThreadState& thread, Shard& shard, uint32_t database, Table& table) {
  if (table.deadlines() == 0) return true;
  const int64_t now = thread.now_ms();
  const bool prompt = table.deadlines() * shards() < kPromptSweepKeys;
  const int effort = thread.settings().expire_effort;
  const int64_t slack = kSweepSlackMs * (kMostExpireEffort + 1 - effort) / kMostExpireEffort;
  size_t chunks = kSweepChunks;
  auto& found = thread.sweep_found_;
  found.clear();
  const bool finished = table.sweep(now, prompt ? now : now - slack, &chunks, [&](uint32_t prefix, Entry* entry) {
    found.emplace_back(prefix, entry);
    Arena::prefetch_for_free(entry);
  });
  for (const auto& [prefix, entry] : found) {
    shard.unlink(thread, database, table, table.find(prefix, entry), Reason::expired);
    release(thread, shard, entry, thread.settings().frees_lazily(kLazyExpire));
  }
  thread.hand_over();
  return finished;
}

// -- Consumers of changes --

void Store::attach(ChangeConsumer& consumer) {
  ShardLocks locks(*this);
  locks.lock_all();
  consumers_.push_back(&consumer);
  try {
    point_to_consumers();
  } catch (const std::bad_alloc&) {
    consumers_.pop_back();
    point_to_consumers();
    throw;
  }
}

void Store::detach(ChangeConsumer& consumer) {
  ShardLocks locks(*this);
  locks.lock_all();
  std::erase(consumers_, &consumer);
  point_to_consumers();
}

void Store::set_effect_sink(EffectSink sink) {
  ShardLocks locks(*this);
  locks.lock_all();
  effect_sink_ = std::move(sink);
  wants_effects_.store(static_cast<bool>(effect_sink_), std::memory_order_relaxed);
}

void Store::point_to_consumers() {
  for (size_t i = 0; i < shards(); ++i) shards_[i].set_consumers(consumers_.empty() ? nullptr : &consumers_);
}

// -- Whole databases --

size_t Store::size(uint32_t database) {
  size_t keys = 0;
  for (size_t i = 0; i < shards(); ++i) {
    const std::lock_guard guard(shards_[i].lock);
    if (const Table* table = shards_[i].table(database)) keys += table->size();
  }
  return keys;
}

size_t Store::deadlines(uint32_t database) {
  size_t keys = 0;
  for (size_t i = 0; i < shards(); ++i) {
    const std::lock_guard guard(shards_[i].lock);
    if (const Table* table = shards_[i].table(database)) keys += table->deadlines();
  }
  return keys;
}

size_t Store::total_size() {
  size_t keys = 0;
  for (size_t i = 0; i < shards(); ++i) {
    const std::lock_guard guard(shards_[i].lock);
    shards_[i].for_each_table([&](uint32_t, const Table& table) { keys += table.size(); });
  }
  return keys;
}

}  // namespace larder::store
