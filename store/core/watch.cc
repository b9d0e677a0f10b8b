// The watches of one shard; see watch.h.
#include "store/core/watch.h"

#include <algorithm>

namespace larder::store {

void WatchTable::add(uint32_t database, std::string_view key, Watch watch) {
  watches_[WatchedKey{database, std::string(key)}].push_back(std::move(watch));
}

void WatchTable::remove(uint32_t database, std::string_view key, const WatchFlag* flag) {
  const auto found = watches_.find(WatchedKeyView{database, key});
  if (found == watches_.end()) return;
  std::erase_if(found->second, [flag](const Watch& watch) { return watch.flag.get() == flag; });
  if (found->second.empty()) watches_.erase(found);
}

bool WatchTable::was_expired(uint32_t database, std::string_view key, const WatchFlag* flag) const {
  const auto found = watches_.find(WatchedKeyView{database, key});
  return found != watches_.end() && std::any_of(found->second.begin(), found->second.end(), [flag](const Watch& watch) {
           return watch.flag.get() == flag && watch.was_expired;
         });
}

void WatchTable::changed(uint32_t database, std::string_view key, bool still_exists) {
  const auto found = watches_.find(WatchedKeyView{database, key});
  if (found == watches_.end()) return;
  for (Watch& watch : found->second) {
    if (watch.was_expired && !still_exists) {
      watch.was_expired = false;
      continue;
    }
    watch.flag->raise();
  }
}

}  // namespace larder::store
