// WATCH: which connections want to know that a key changed. Each shard has a WatchTable for the keys in it, made with
// the first watch and consulted only while it exists.
//
// A WatchTable under its shard's lock; a WatchFlag's members say so themselves.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::store {

/// Raised when a watched key changes; read by the connection that watches. Any thread.
class WatchFlag {
 public:
  void raise() { raised_.store(true, std::memory_order_release); }
  void lower() { raised_.store(false, std::memory_order_relaxed); }
  bool raised() const { return raised_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> raised_{false};
};

class WatchTable {
 public:
  struct Watch {
    std::shared_ptr<WatchFlag> flag;
    bool was_expired;  // the key was past its deadline, but not yet reclaimed, when it was watched
  };

  void add(uint32_t database, std::string_view key, Watch watch);
  void remove(uint32_t database, std::string_view key, const WatchFlag* flag);
  /// Whether the key was already past its deadline when it was watched with this flag.
  bool was_expired(uint32_t database, std::string_view key, const WatchFlag* flag) const;
  bool empty() const { return watches_.empty(); }

  /// The key was written, or deleted if not `still_exists`. Reclaiming a key that was expired when it was watched is
  /// no change to its watcher.
  void changed(uint32_t database, std::string_view key, bool still_exists);

  /// Visits (key, watches) of one database.
  template <class Visitor>
  void for_each(uint32_t database, Visitor&& visit) {
    for (auto& [key, watches] : watches_) {
      if (key.first == database) visit(std::string_view{key.second}, watches);
    }
  }

 private:
  using WatchedKey = std::pair<uint32_t, std::string>;
  using WatchedKeyView = std::pair<uint32_t, std::string_view>;
  /// Compares keys and views of them, so that a look-up allocates nothing and cannot fail.
  struct Less {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return WatchedKeyView(left.first, left.second) < WatchedKeyView(right.first, right.second);
    }
  };
  std::map<WatchedKey, std::vector<Watch>, Less> watches_;
};

}  // namespace larder::store
