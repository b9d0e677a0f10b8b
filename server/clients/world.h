// What one isolated set of clients shares: its data, its channels, its time. A client points to its world; dispatch,
// gates and commands take everything from there. A server has one; tests make more.
//
// Any I/O thread, each by its own place in the store.
#pragma once

#include <vector>

#include "base/clock.h"
#include "server/clients/pubsub_hub.h"
#include "server/config/settings.h"
#include "store/core/store.h"

namespace larder::server {

class World {
 public:
  /// Makes a place in the store for each of the threads that the options name.
  explicit World(const store::Store::Options& options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Takes over what the settings say about data and channels.
  void apply(const Settings& settings);

  const base::Clock& clock() const { return store.clock(); }
  /// The place of the I/O thread with this index.
  store::ThreadState& thread_state(unsigned index) { return *thread_states_[index]; }

  store::Store store;
  PubsubHub pubsub;

 private:
  std::vector<store::ThreadState*> thread_states_;
};

}  // namespace larder::server
