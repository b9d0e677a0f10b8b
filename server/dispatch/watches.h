// WATCH as the server sees it: taking back what a connection watches, whatever shards happen to be held.
#pragma once

#include "store/core/keyspace.h"

namespace larder::server {

class Client;

/// Ends all watches of a client. `held` are the shards that the caller holds already; others are locked one at a time,
/// so the caller holds either all shards of the client's watched keys or none at all.
void forget_watches(Client& client, const store::ShardLocks& held);

}  // namespace larder::server
