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

/// A request that waits for one of several keys to hold a value of a type. It ends once, whoever is first: a thread
/// that claims it and serves it, or its own thread that cancels it (timeout, disconnection, CLIENT UNBLOCK).
class Waiter {
 public:
  explicit Waiter(Type type) : type(type) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;

  const Type type;

  /// Any thread: whether the caller may serve it now and nobody else.
  bool claim() { return change(State::waiting, State::claimed); }
  /// Any thread: has its own thread try to serve it, and those behind it wait until that is done.
  bool give_turn() { return change(State::waiting, State::has_turn); }
  bool has_turn() const { return state_.load(std::memory_order_acquire) == State::has_turn; }
  /// Who has claimed it or has been given the turn could not serve it after all.
  void release() { state_.store(State::waiting, std::memory_order_release); }
  /// Any thread: whether nobody serves it now or ever will.
  bool cancel() { return change(State::waiting, State::cancelled) || change(State::has_turn, State::cancelled); }

 private:
  enum class State : uint8_t { waiting, has_turn, claimed, cancelled };
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
    bool ready = false;  // on the list of the thread that holds the shard
    Queue* next_ready = nullptr;
  };

  /// Throws std::bad_alloc, nothing changed.
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
