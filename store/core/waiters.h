// Blocking commands: who waits for which keys, first come, first served. Each shard has a WaiterTable for the keys in
// it, made with the first waiter and consulted only while it exists. A change that leaves something at such a key puts
// the key's queue on the list of the changing thread (ThreadState::take_ready), which serves it before it releases the
// shard: nobody sees an element that somebody has been waiting for.
//
// A WaiterTable and its queues under their shard's lock; a Waiter's members say so themselves.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "store/values/value.h"

namespace larder::store {

/// A request that waits for one of several keys to hold a value of a type. Its end comes once, whoever is first:
///   waiting  -> claimed    who holds the shard of one of the keys: serves it, and its thread ends the wait
///   claimed  -> waiting    the same, where it could not be served
///   waiting  -> retrying   who holds the shard: its own thread executes it once more, those behind it wait for that
///   retrying -> waiting    its own thread, where there was nothing any more
///   waiting, retrying -> cancelled   its own thread, or any while all are stopped: a timeout, the connection's end,
///                                    CLIENT UNBLOCK
/// Its own thread alone takes it out of the queues, but for the one from which it is served.
class Waiter {
 public:
  explicit Waiter(Type type) : type(type) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;

  const Type type;

  // Each says whether it has made the step.
  bool claim() { return change(State::waiting, State::claimed); }
  bool request_retry() { return change(State::waiting, State::retrying); }
  bool release() { return change(State::claimed, State::waiting) || change(State::retrying, State::waiting); }
  bool cancel() { return change(State::waiting, State::cancelled) || change(State::retrying, State::cancelled); }

  bool is_retrying() const { return state_.load(std::memory_order_acquire) == State::retrying; }

 private:
  enum class State : uint8_t { waiting, retrying, claimed, cancelled };
  bool change(State from, State to) { return state_.compare_exchange_strong(from, to, std::memory_order_acq_rel); }

  std::atomic<State> state_{State::waiting};
};

class WaiterTable {
 public:
  /// Those who wait for a key, the first one at the front.
  struct Queue {
    uint32_t database;
    std::string_view key;  // in the table
    std::list<std::shared_ptr<Waiter>> waiters;
    uint8_t types = 0;   // that they wait for, as bits; some may be gone
    bool ready = false;  // on the list of the thread that holds the shard, or being served
    Queue* next_ready = nullptr;

    bool wants(Type type) const { return (types >> static_cast<unsigned>(type) & 1) != 0; }
  };

  /// A waiter that is the last of the queue already is not added again. Throws std::bad_alloc, nothing changed.
  void add(uint32_t database, std::string_view key, std::shared_ptr<Waiter> waiter);
  void remove(uint32_t database, std::string_view key, const Waiter* waiter) noexcept;
  /// Null when nobody waits for the key.
  Queue* find(uint32_t database, std::string_view key) noexcept;
  /// Drops a queue if nobody is left in it and it is on no list.
  void drop_if_empty(Queue& queue) noexcept;
  bool empty() const { return queues_.empty(); }
  /// Keys that somebody waits for.
  size_t size() const { return queues_.size(); }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [key, queue] : queues_) visit(queue);
  }

 private:
  using Key = std::pair<uint32_t, std::string>;
  using KeyView = std::pair<uint32_t, std::string_view>;
  /// Compares keys and views of them, so that a look-up allocates nothing and cannot fail.
  struct Less {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return KeyView(left.first, left.second) < KeyView(right.first, right.second);
    }
  };
  std::map<Key, Queue, Less> queues_;
};

}  // namespace larder::store
