// The one place where the store's errors become the texts that clients match on, and other small things that handlers
// of several groups reply with.
#pragma once

#include <string_view>

#include "protocol/reply_writer.h"
#include "store/core/entry.h"
#include "store/values/errors.h"

namespace larder::server {

/// A word as Redis prints it in an error: up to its first NUL.
inline std::string_view as_text(std::string_view word) { return word.substr(0, word.find('\0')); }

/// Replies with the text of an error of the store.
void write_error(protocol::ReplyWriter& reply, store::Errc code);

/// Replies with the string in an entry. Large ones are lent to the output instead of copied. The entry's shard is held.
inline void write_string(protocol::ReplyWriter& reply, const store::Entry& entry) {
  if (!entry.has_blob()) [[likely]]
    return reply.bulk(entry.string());
  store::Blob* blob = entry.blob();
  blob->hold();
  reply.bulk(protocol::SharedBytes(blob->data(), blob->size(), blob,
                                   [](void* owner) { static_cast<store::Blob*>(owner)->release(); }));
}

}  // namespace larder::server
