// Two consumers of changes that prove that a store tells of all of them. As ChangeConsumer; what they have
// heard is read while all shards are held.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/core/changes.h"
#include "store/core/keyspace.h"
#include "tests/store/store_digest.h"

namespace larder::store {

/// Knows what the store holds by nothing but what it was told since the store was empty.
class Rebuilder final : public ChangeConsumer {
 public:
  void before_change(const KeyChange& change, const Entry* entry) noexcept override {
    const std::lock_guard guard(mutex_);
    const auto known = keys_.find(place(change));
    const bool right =
        entry == nullptr ? known == keys_.end() : known != keys_.end() && known->second == digest_of(*entry);
    if (!right) mistakes_.push_back("before a change of " + std::string(change.key));
  }
  void after_change(const KeyChange& change, const Entry* entry, Reason reason) noexcept override {
    const std::lock_guard guard(mutex_);
    ++told_[reason];
    const bool gone = reason == Reason::erased || reason == Reason::expired || reason == Reason::evicted;
    if (gone != (entry == nullptr)) mistakes_.push_back("the reason of a change of " + std::string(change.key));
    if (entry == nullptr) {
      keys_.erase(place(change));
    } else {
      keys_[place(change)] = digest_of(*entry);
    }
  }
  void before_clear(ThreadState&, uint32_t database, const Table& keys) noexcept override {
    const std::lock_guard guard(mutex_);
    keys.for_each([&](const Entry* entry) { keys_.erase(std::pair(database, std::string(entry->key()))); });
  }
  void before_swap(ThreadState&, uint32_t first, uint32_t second) noexcept override {
    const std::lock_guard guard(mutex_);
    Digest swapped;
    for (auto& [place, text] : keys_) {
      const uint32_t database = place.first == first ? second : place.first == second ? first : place.first;
      swapped[std::pair(database, place.second)] = text;
    }
    keys_.swap(swapped);
  }

  const Digest& keys() const { return keys_; }
  const std::vector<std::string>& mistakes() const { return mistakes_; }
  /// How many changes had this reason.
  int told(Reason reason) const {
    const auto found = told_.find(reason);
    return found == told_.end() ? 0 : found->second;
  }

 private:
  static std::pair<uint32_t, std::string> place(const KeyChange& change) {
    return {change.database, std::string(change.key)};
  }

  std::mutex mutex_;
  Digest keys_;
  std::map<Reason, int> told_;
  std::vector<std::string> mistakes_;
};

/// Takes a store back to what it held when the recording began.
class UndoLog final : public ChangeConsumer {
 public:
  void before_change(const KeyChange& change, const Entry* entry) noexcept override {
    record({.database = change.database, .key = std::string(change.key), .old = saved(entry)});
  }
  void after_change(const KeyChange&, const Entry*, Reason) noexcept override {}
  void before_clear(ThreadState&, uint32_t database, const Table& keys) noexcept override {
    keys.for_each([&](const Entry* entry) {
      record({.database = database, .key = std::string(entry->key()), .old = saved(entry)});
    });
  }
  void before_swap(ThreadState&, uint32_t first, uint32_t second) noexcept override {
    record({.database = first, .key = {}, .old = {}, .swapped_with = second});
  }

  size_t size() const { return steps_.size(); }
  void clear() { steps_.clear(); }

  /// All shards are held.
  void undo(Store& store, ThreadState& thread, const ShardLocks& locks) {
    recording_ = false;
    for (; !steps_.empty(); steps_.pop_back()) {
      Step& step = steps_.back();
      Keyspace keys(store, thread, locks, step.database);
      if (step.swapped_with) {
        keys.swap_databases(step.database, *step.swapped_with);
      } else if (!step.old) {
        keys.erase(step.key);
      } else if (step.old->value != nullptr) {
        keys.put_value(step.key, std::move(step.old->value), step.old->deadline);
      } else {
        keys.put_string(step.key, step.old->text,
                        {.deadline = step.old->deadline, .keep_deadline = false, .form = step.old->form});
      }
    }
    recording_ = true;
  }

 private:
  struct Saved {
    std::optional<int64_t> deadline;
    StringForm form = StringForm::automatic;
    std::string text;
    std::unique_ptr<Value> value;  // null: a string
  };
  struct Step {
    uint32_t database;
    std::string key;
    std::optional<Saved> old;
    std::optional<uint32_t> swapped_with = std::nullopt;
  };

  static std::optional<Saved> saved(const Entry* entry) {
    if (entry == nullptr) return std::nullopt;
    Saved saved;
    if (entry->has_deadline()) saved.deadline = entry->deadline();
    if (entry->type() == Type::string) {
      saved.form = entry->form();
      saved.text = entry->string();
    } else {
      saved.value = entry->value()->clone();
    }
    return saved;
  }
  void record(Step step) {
    if (!recording_) return;
    const std::lock_guard guard(mutex_);
    steps_.push_back(std::move(step));
  }

  std::mutex mutex_;
  std::vector<Step> steps_;
  bool recording_ = true;  // changed while all shards are held
};

}  // namespace larder::store
