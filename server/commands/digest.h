// Digests of data as DEBUG DIGEST and DIGEST-VALUE show them: equal data have equal digests, whatever the order in
// which they were written and the form in which they are kept. The same as a Redis server's.
#pragma once

#include <string>

#include "base/sha1.h"

namespace larder::store {
class Entry;
class ShardLocks;
class Store;
}  // namespace larder::store

namespace larder::server::commands {

/// Of a value and its deadline, whether there is one. The shard is held.
base::Sha1 digest_of(const store::Entry& entry);
/// Of all databases. All shards are held.
base::Sha1 digest_of(store::Store& store);
/// 40 hexadecimal digits.
std::string digest_text(const base::Sha1& digest);

}  // namespace larder::server::commands
