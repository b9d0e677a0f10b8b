// Keyspace events of two servers, compared. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace larder::test {

struct EventsMatch {
  bool same = false;
  /// Where the two differ; both past the end when they do not.
  size_t their_end = 0;
  size_t our_end = 0;
  /// The `expired` events that were passed over.
  std::multiset<std::string> their_expired;
  std::multiset<std::string> our_expired;
};

/// The events must be the same in the same order, apart from `expired`: when a key that is past its deadline goes is
/// each server's own affair. An `expired` that the reference's table words otherwise may also stand for that event.
EventsMatch match_events(const std::vector<std::string>& theirs, const std::vector<std::string>& ours);

}  // namespace larder::test
