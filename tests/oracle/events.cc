// See events.h.
#include "tests/oracle/events.h"

#include "tests/oracle/reference.h"

namespace larder::test {

EventsMatch match_events(const std::vector<std::string>& theirs, const std::vector<std::string>& ours) {
  const auto is_expired = [](const std::string& event) { return event.find("expired") != std::string::npos; };
  EventsMatch match;
  size_t& i = match.their_end;
  size_t& j = match.our_end;
  while (i < theirs.size() || j < ours.size()) {
    if (j < ours.size() && is_expired(ours[j])) {
      match.our_expired.insert(ours[j++]);
    } else if (i < theirs.size() && is_expired(theirs[i])) {
      if (j < ours.size() && reworded(reference(), "(event)", theirs[i]) == ours[j]) {
        ++j;
      } else {
        match.their_expired.insert(theirs[i]);
      }
      ++i;
    } else if (i < theirs.size() && j < ours.size() && theirs[i] == ours[j]) {
      ++i;
      ++j;
    } else {
      return match;
    }
  }
  match.same = true;
  return match;
}

}  // namespace larder::test
