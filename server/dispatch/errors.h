// The one place where the store's errors become the texts that clients match on, and other small things that handlers
// of several groups reply with.
#pragma once

#include <string_view>

#include "protocol/reply_writer.h"
#include "store/core/entry.h"
#include "store/values/errors.h"

namespace larder::store {

/// Replies with the text of an error of the store. Stands in this namespace so that Keyspace's templates find it.
void write_error(protocol::ReplyWriter& reply, Errc code);

}  // namespace larder::store

namespace larder::server {

using store::write_error;

/// Replies that the number of arguments is wrong, for what an arity cannot say.
void write_arity_error(protocol::ReplyWriter& reply, std::string_view command);

/// A word as Redis prints it in an error: up to its first NUL.
inline std::string_view as_text(std::string_view word) { return word.substr(0, word.find('\0')); }

/// Replies with the string in an entry, null without one. Large ones are lent to the output instead of copied. The
/// entry's shard is held.
inline void write_string(protocol::ReplyWriter& reply, const store::Entry* entry) {
  if (entry == nullptr) return reply.null();
  if (!entry->has_blob()) [[likely]]
    return reply.bulk(entry->string());
  store::Blob* blob = entry->blob();
  blob->hold();
  reply.bulk(protocol::SharedBytes(blob->data(), blob->size(), blob,
                                   [](void* owner) { static_cast<store::Blob*>(owner)->release(); }));
}

}  // namespace larder::server
