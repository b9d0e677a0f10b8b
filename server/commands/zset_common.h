// What the commands of sorted sets have in common: one element in a reply, a result that takes the place of a key.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "protocol/reply_writer.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/zset_value.h"

namespace larder::server::commands {

/// The head of an array of `count` elements; with scores these are arrays of their own in RESP3.
inline void begin_elements(protocol::ReplyWriter& reply, size_t count, bool with_scores) {
  reply.array(with_scores && reply.version() != 3 ? 2 * count : count);
}

inline void write_element(protocol::ReplyWriter& reply, std::string_view member, double score, bool with_scores) {
  if (with_scores && reply.version() == 3) reply.array(2);
  reply.bulk(member);
  if (with_scores) reply.real(score);
}

/// Stores a result, or deletes the key where it is empty, and replies with its size.
inline void store_result(store::Keyspace& keys, protocol::ReplyWriter& reply, std::string_view target,
                         std::unique_ptr<store::ZsetValue> result, std::string_view event) {
  const size_t size = result->size();
  if (size == 0) {
    keys.del(target, keys.settings().frees_lazily(store::kLazyServerDel));
  } else {
    keys.put_value(target, std::move(result));
    keys.notify(store::kEventSortedSet, event, target);
  }
  reply.integer(static_cast<int64_t>(size));
}

/// How much a key grows by when it is replaced by so many bytes.
inline uint64_t beyond_target(uint64_t bytes, std::string_view target, const store::KeySizes& sizes) {
  const uint64_t now = sizes.memory(target);
  return bytes > now ? bytes - now : 0;
}

}  // namespace larder::server::commands
