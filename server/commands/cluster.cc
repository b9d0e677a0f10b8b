// See cluster.h. Threads: stateless.

#include "server/commands/cluster.h"

#include "protocol/reply_writer.h"

namespace larder::server::commands {

void cluster_disabled(protocol::ArgReader&, CommandContext&, protocol::ReplyWriter& reply) {
  reply.error("ERR This instance has cluster support disabled");
}

}  // namespace larder::server::commands
