// What the store has to tell besides replies: events about keys, for keyspace notifications. A thread collects them
// while it holds shards and hands them over before it releases these, so that events of one key are handed over in the
// order in which its changes were executed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// Classes of events; a mask of them says which are wanted. The bits are those of notify-keyspace-events, whose letters
/// stand beside them (server/config/settings.h).
enum EventClass : uint32_t {
  kEventGeneric = 1u << 2,    // g
  kEventString = 1u << 3,     // $
  kEventList = 1u << 4,       // l
  kEventSet = 1u << 5,        // s
  kEventHash = 1u << 6,       // h
  kEventSortedSet = 1u << 7,  // z
  kEventExpired = 1u << 8,    // x
  kEventEvicted = 1u << 9,    // e
  kEventStream = 1u << 10,    // t
  kEventKeyMiss = 1u << 11,   // m
  kEventModule = 1u << 13,    // d
  kEventNew = 1u << 14,       // n
};

struct KeyEvent {
  EventClass event_class;
  std::string_view name;  // a literal, e.g. "expire"
  uint32_t database;
  std::string key;
};

/// Takes the events of one thread, in the order in which they were raised. Called while shards are held: it must not
/// wait for anything that is held while a shard is locked.
using EventSink = std::function<void(const std::vector<KeyEvent>&)>;

}  // namespace larder::store
