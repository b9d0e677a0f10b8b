// See digest.h. What is in order is chained (mix), what is not is added up (add): as Redis does it.
#include "server/commands/digest.h"

#include <fmt/format.h>

#include <map>

#include "base/number.h"
#include "store/core/store.h"
#include "store/values/hash_value.h"
#include "store/values/list_value.h"
#include "store/values/set_value.h"
#include "store/values/zset_value.h"

namespace larder::server::commands {

namespace {

using base::Sha1;

void add(Sha1& digest, const Sha1& other) {
  for (size_t i = 0; i < digest.size(); ++i) digest[i] ^= other[i];
}

std::string_view bytes_of(const Sha1& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

void mix(Sha1& digest, std::string_view bytes) {
  add(digest, base::sha1(bytes));
  digest = base::sha1(bytes_of(digest));
}

void mix(Sha1& digest, uint32_t number) {
  const char big_endian[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                             static_cast<char>(number >> 8), static_cast<char>(number)};
  mix(digest, std::string_view(big_endian, sizeof big_endian));
}

void add_value(Sha1& digest, const store::Entry& entry) {
  constexpr uint32_t kRedisString = 0, kRedisList = 1, kRedisSet = 2, kRedisZset = 3, kRedisHash = 4;
  if (entry.type() == store::Type::string) {
    mix(digest, kRedisString);
    mix(digest, entry.string());
  } else if (entry.type() == store::Type::list) {
    mix(digest, kRedisList);
    const auto& list = *static_cast<const store::ListValue*>(entry.value());
    list.visit_from(store::ListEnd::left, 0, list.size(), [&](std::string_view element) {
      mix(digest, element);
      return true;
    });
  } else if (entry.type() == store::Type::set) {
    mix(digest, kRedisSet);
    static_cast<const store::SetValue*>(entry.value())->for_each([&](std::string_view member) {
      add(digest, base::sha1(member));
    });
  } else if (entry.type() == store::Type::hash) {
    mix(digest, kRedisHash);
    static_cast<const store::HashValue*>(entry.value())->for_each([&](std::string_view field, std::string_view value) {
      Sha1 pair{};
      mix(pair, field);
      mix(pair, value);
      add(digest, base::sha1(bytes_of(pair)));
    });
  }
  if (entry.type() == store::Type::zset) {
    mix(digest, kRedisZset);
    static_cast<const store::ZsetValue*>(entry.value())->for_each([&](std::string_view member, double score) {
      Sha1 element{};
      mix(element, member);
      mix(element, base::format_double_17(score));
      add(digest, base::sha1(bytes_of(element)));
    });
  }
  if (entry.has_deadline()) add(digest, base::sha1("!!expire!!"));
}

}  // namespace

Sha1 digest_of(const store::Entry& entry) {
  Sha1 digest{};
  add_value(digest, entry);
  return digest;
}

Sha1 digest_of(store::Store& store) {
  std::map<uint32_t, Sha1> databases;
  for (size_t i = 0; i < store.shards(); ++i) {
    store.shard(i).for_each_table([&](uint32_t database, const store::Table& table) {
      table.for_each([&](const store::Entry* entry) {
        Sha1 key{};
        mix(key, entry->key());
        add_value(key, *entry);
        add(databases[database], base::sha1(bytes_of(key)));
      });
    });
  }
  Sha1 digest{};
  for (const auto& [database, keys] : databases) {
    mix(digest, database);
    add(digest, keys);
  }
  return digest;
}

std::string digest_text(const Sha1& digest) {
  std::string text;
  for (const uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace larder::server::commands
