// What a store holds, as values to compare: every key of every database with its type, value and deadline.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/number.h"
#include "store/core/shard_locks.h"
#include "store/core/store.h"
#include "store/values/hash_value.h"
#include "store/values/list_value.h"
#include "store/values/set_value.h"
#include "store/values/zset_value.h"

namespace larder::store {

/// (database, key) -> a text that says all.
using Digest = std::map<std::pair<uint32_t, std::string>, std::string>;

/// Whether the form in which a value is kept is a part of it.
enum class Encodings : bool { left_out, told };

/// A field of a hash and its value.
inline std::string field_text(std::string_view field, std::string_view value) {
  return std::to_string(field.size()) + ":" + std::string(field) + "=" + std::string(value);
}

/// An element of a sorted set.
inline std::string scored_text(std::string_view member, double score) {
  return std::to_string(member.size()) + ":" + std::string(member) + "=" + base::format_double_17(score);
}

inline std::string digest_of(const Entry& entry, Encodings encodings = Encodings::left_out) {
  std::string text = entry.has_deadline() ? "until " + std::to_string(entry.deadline()) + ": " : "";
  const bool told = encodings == Encodings::told;
  if (entry.type() == Type::string) {
    if (told) text += "form " + std::to_string(static_cast<int>(entry.form())) + " ";
    return text + "string " + std::string(entry.string());
  }
  std::vector<std::string> members;
  if (entry.type() == Type::hash) {
    static_cast<const HashValue*>(entry.value())->for_each([&](std::string_view field, std::string_view value) {
      members.push_back(field_text(field, value));
    });
  } else if (entry.type() == Type::set) {
    static_cast<const SetValue*>(entry.value())->for_each([&](std::string_view member) {
      members.emplace_back(member);
    });
  } else if (entry.type() == Type::zset) {
    static_cast<const ZsetValue*>(entry.value())->for_each([&](std::string_view member, double score) {
      members.push_back(scored_text(member, score));
    });
  }
  if (entry.type() == Type::list) {
    const auto& list = *static_cast<const ListValue*>(entry.value());
    list.visit_from(ListEnd::left, 0, list.size(), [&](std::string_view element) {
      members.emplace_back(element);
      return true;
    });
  } else {
    std::sort(members.begin(), members.end());
  }
  text += type_name(entry.type());
  if (told) text += " " + std::string(entry.value()->encoding());
  for (const std::string& member : members) text += " " + std::to_string(member.size()) + ":" + member;
  return text;
}

/// With all shards held, so that nothing changes on the way.
inline Digest digest_of(Store& store, const ShardLocks&, Encodings encodings = Encodings::left_out) {
  Digest digest;
  for (size_t i = 0; i < store.shards(); ++i) {
    store.shard(i).for_each_table([&](uint32_t database, const Table& table) {
      table.for_each([&](const Entry* entry) {
        digest[std::pair(database, std::string(entry->key()))] = digest_of(*entry, encodings);
      });
    });
  }
  return digest;
}

/// Locks all shards: none may be held.
inline Digest digest_of(Store& store, Encodings encodings = Encodings::left_out) {
  ShardLocks locks(store);
  locks.lock_all();
  return digest_of(store, locks, encodings);
}

}  // namespace larder::store
