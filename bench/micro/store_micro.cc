// What the store's operations cost without sockets and protocol: one key at a time, in random order, as a command does
// it (lock the key's shard, act through a Keyspace, unlock). How to read it: `Time` is ns an operation; the number
// behind the name is how many keys are stored: with 1,000 all is in the nearest cache, with 1,000,000 nearly nothing
// is, and the difference is waiting for memory, which the server hides by looking ahead in a batch and this does not.
// Compare two builds by their ratio, on a quiet machine (--benchmark_repetitions=9); the server's figures are
// cpu_per_command's. `mixed_*` does four GETs to one SET, with one thread and with two on the same
// store: the goal is that items_per_second with threads:2 is at least 1.8 times that with threads:1.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/random.h"
#include "store/core/keyspace.h"
#include "store/core/shard_locks.h"
#include "store/core/store.h"

namespace larder::bench {
namespace {

constexpr size_t kKeySize = 16;
constexpr std::string_view kValue = "a value of thirty-two bytes long";
static_assert(kValue.size() == 32);

/// The key of an id, written without a division: 16 hexadecimal digits.
class Key {
 public:
  explicit Key(uint64_t id) {
    for (char& digit : text_) {
      digit = "0123456789abcdef"[id & 15];
      id >>= 4;
    }
  }
  operator std::string_view() const { return {text_.data(), text_.size()}; }  // NOLINT(google-explicit-constructor)

 private:
  std::array<char, kKeySize> text_;
};

/// Calls `act` with the keyspace, as a command on one key does.
template <class Act>
decltype(auto) command_on(store::Store& store, store::ThreadState& thread, std::string_view key, Act act) {
  const uint64_t hash = store.hash(key);
  store::ShardLocks locks{store};
  locks.lock_one(hash);
  store::Keyspace keys{store, thread, locks, 0};
  keys.remember_hash(key, hash);
  return act(keys);
}

/// A store with keys 0 .. keys-1, and the way a command reaches it.
class Filled {
 public:
  explicit Filled(uint64_t keys) : store_({.seed = 1}), thread_(store_.add_thread()) {
    thread_.refresh_time();
    for (uint64_t id = 0; id < keys; ++id) put(Key{id});
  }

  template <class Act>
  decltype(auto) command(std::string_view key, Act act) {
    return command_on(store_, thread_, key, act);
  }
  void put(std::string_view key, std::optional<int64_t> deadline = std::nullopt) {
    command(key, [&](store::Keyspace& keys) { keys.put_string(key, kValue, {.deadline = deadline}); });
  }
  store::Store& store() { return store_; }
  store::ThreadState& thread() { return thread_; }

 private:
  store::Store store_;
  store::ThreadState& thread_;
};

void get_hit(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  Random random{1};
  for (auto _ : state) {
    const Key key{random.below(keys)};
    filled.command(key, [&](store::Keyspace& view) { benchmark::DoNotOptimize(view.find_string(key, store::kRead)); });
  }
}
BENCHMARK(get_hit)->Arg(1'000)->Arg(1'000'000);

void get_miss(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  Random random{1};
  for (auto _ : state) {
    const Key key{keys + random.below(keys)};
    filled.command(key, [&](store::Keyspace& view) { benchmark::DoNotOptimize(view.find_string(key, store::kRead)); });
  }
}
BENCHMARK(get_miss)->Arg(1'000)->Arg(1'000'000);

void set_over(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  Random random{1};
  for (auto _ : state) filled.put(Key{random.below(keys)});
}
BENCHMARK(set_over)->Arg(1'000)->Arg(1'000'000);

void set_over_with_ttl(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  Random random{1};
  const int64_t far = filled.thread().now_ms() + 1'000'000'000;
  for (auto _ : state) filled.put(Key{random.below(keys)}, far + static_cast<int64_t>(random.below(1'000'000)));
}
BENCHMARK(set_over_with_ttl)->Arg(1'000)->Arg(1'000'000);

/// Growth included: from empty to the number of keys, ns a key.
void set_new(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto filled = std::make_unique<Filled>(0);
    state.ResumeTiming();
    for (uint64_t id = 0; id < keys; ++id) filled->put(Key{id});
    state.PauseTiming();
    filled.reset();
    state.ResumeTiming();
  }
  state.counters["per key"] = benchmark::Counter(
      static_cast<double>(keys), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(set_new)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// Deletes a key and stores it again.
void erase_and_set(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  Random random{1};
  for (auto _ : state) {
    const Key key{random.below(keys)};
    filled.command(key, [&](store::Keyspace& view) { benchmark::DoNotOptimize(view.erase(key)); });
    filled.put(key);
  }
}
BENCHMARK(erase_and_set)->Arg(1'000)->Arg(1'000'000);

/// A new key at the limit: another goes for it.
void set_evicting(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  filled.store().change_settings([&](store::Settings& settings) {
    settings.policy = store::EvictionPolicy::allkeys_lru;
    settings.maxmemory = filled.store().used_memory();
  });
  uint64_t next = keys;
  for (auto _ : state) {
    benchmark::DoNotOptimize(filled.store().make_room(filled.thread()));
    filled.put(Key{next++});
  }
  state.counters["evicted"] = static_cast<double>(filled.thread().evicted_keys.get());
}
BENCHMARK(set_evicting)->Arg(100'000)->Arg(1'000'000);

void scan_all(benchmark::State& state) {
  const auto keys = static_cast<uint64_t>(state.range(0));
  Filled filled{keys};
  uint64_t visited = 0;
  for (auto _ : state) {
    store::ShardLocks locks{filled.store()};
    store::Keyspace view{filled.store(), filled.thread(), locks, 0};
    uint64_t cursor = 0;
    do {
      cursor = view.scan(cursor, 100, [&](std::string_view, const store::Entry&) { ++visited; });
    } while (cursor != 0);
  }
  state.SetItemsProcessed(static_cast<int64_t>(visited));
}
BENCHMARK(scan_all)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// -- Several threads on one store --

constexpr uint64_t kSharedKeys = 1'000'000;
std::unique_ptr<Filled> shared;
std::vector<store::ThreadState*> shared_threads;

void share_store(const benchmark::State& state) {
  shared = std::make_unique<Filled>(0);
  shared_threads = {&shared->thread()};
  while (shared_threads.size() < static_cast<size_t>(state.threads()))
    shared_threads.push_back(&shared->store().add_thread());
  for (store::ThreadState* thread : shared_threads) thread->refresh_time();
  for (uint64_t id = 0; id < kSharedKeys; ++id) shared->put(Key{id});
}
void drop_store(const benchmark::State& /*state*/) { shared.reset(); }

/// Ids are drawn ahead, because a draw from Zipf's distribution costs as much as a look-up.
template <class Draw>
void mixed(benchmark::State& state, Draw draw) {
  constexpr size_t kDraws = 1 << 20;
  Random random{static_cast<uint64_t>(state.thread_index()) + 1};
  std::vector<uint32_t> ids(kDraws);
  for (uint32_t& id : ids) id = static_cast<uint32_t>(draw(random));
  store::ThreadState& thread = *shared_threads[static_cast<size_t>(state.thread_index())];
  size_t next = 0;
  for (auto _ : state) {
    const Key key{ids[next++ % kDraws]};
    command_on(shared->store(), thread, key, [&](store::Keyspace& keys) {
      if (next % 5 == 0) {
        keys.put_string(key, kValue, {.deadline = std::nullopt});
      } else {
        benchmark::DoNotOptimize(keys.find_string(key, store::kRead));
      }
    });
  }
  state.SetItemsProcessed(state.iterations());
}

void mixed_uniform(benchmark::State& state) {
  mixed(state, [](Random& random) { return random.below(kSharedKeys); });
}
void mixed_zipf(benchmark::State& state) { mixed(state, Zipf(kSharedKeys, 1.0)); }
BENCHMARK(mixed_uniform)->Threads(1)->Threads(2)->UseRealTime()->Setup(share_store)->Teardown(drop_store);
BENCHMARK(mixed_zipf)->Threads(1)->Threads(2)->UseRealTime()->Setup(share_store)->Teardown(drop_store);

}  // namespace
}  // namespace larder::bench

BENCHMARK_MAIN();
