// What writes did, as commands that have the same effect wherever and whenever they are executed: SPOP as SREM, EX as
// PXAT, expiry and eviction as DEL. For whoever keeps a second copy of the data: an append-only file, a replica, a
// test.
//
// A thread collects the effects of a command while it holds the shards and stamps them before it releases these, so
// that the numbers of two effects on the same key are in the order in which they were executed. Effects that must be
// applied together (EXEC) have consecutive numbers, stand in one batch and begin with MULTI and end with EXEC.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace larder::store {

struct Effect {
  uint64_t sequence;  // from 1 on, without a gap
  uint32_t database;  // in which the command is to be executed
  std::vector<std::string> arguments;
};

struct EffectBatch {
  std::vector<Effect> effects;
  /// An effect is missing for want of memory: the copy must be made anew.
  bool incomplete = false;
};

/// Takes what one thread did. Called while shards are held, by several threads at once: it must neither throw nor wait
/// for anything that is held while a shard is locked. Batches of different threads may come in another order than that
/// of their numbers.
using EffectSink = std::function<void(EffectBatch&&)>;

}  // namespace larder::store
