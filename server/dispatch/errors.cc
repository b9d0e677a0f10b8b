// See errors.h.
#include "server/dispatch/errors.h"

#include <fmt/format.h>

#include "protocol/wire_text.h"

namespace larder::store {

void write_error(protocol::ReplyWriter& reply, Errc code) {
  switch (code) {
    case Errc::wrong_type: return reply.error(protocol::kWrongType);
    case Errc::no_such_key: return reply.error(protocol::kNoSuchKey);
    case Errc::not_an_integer: return reply.error(protocol::kNotAnInteger);
    case Errc::not_a_float: return reply.error(protocol::kNotAFloat);
    case Errc::overflow: return reply.error(protocol::kIncrementOverflow);
    case Errc::nan_or_infinity: return reply.error(protocol::kNanOrInfinity);
    case Errc::string_too_long: return reply.error(protocol::kStringTooLong);
    case Errc::offset_out_of_range: return reply.error(protocol::kOffsetOutOfRange);
    case Errc::same_object: return reply.error(protocol::kSameObject);
    case Errc::index_out_of_range: return reply.error(protocol::kDbIndexOutOfRange);
    case Errc::not_a_hyperloglog: return reply.error("WRONGTYPE Key is not a valid HyperLogLog string value.");
    case Errc::corrupted_hyperloglog: return reply.error("INVALIDOBJ Corrupted HLL object detected");
  }
}

}  // namespace larder::store

namespace larder::server {

void write_arity_error(protocol::ReplyWriter& reply, std::string_view command) {
  reply.error(fmt::format("ERR wrong number of arguments for '{}' command", command));
}

}  // namespace larder::server
