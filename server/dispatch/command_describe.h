// Rows of the table of commands as replies: COMMAND INFO, COMMAND DOCS, the HELP of containers, and usage lines.
// The forms are Redis 7.2's in both protocol versions; the words are the rows' own.
// Threads: pure functions of immutable rows and the caller's writer.
#pragma once

#include <string>
#include <string_view>

#include "protocol/reply_writer.h"
#include "server/dispatch/command_spec.h"

namespace larder::server {

/// One element of COMMAND INFO: ten fields, the last holding the same for every subcommand.
void write_command_info(protocol::ReplyWriter& reply, const CommandSpec& spec);

/// The value that COMMAND DOCS has for a command: a map, subcommands nested.
void write_command_docs(protocol::ReplyWriter& reply, const CommandSpec& spec);

/// What is done with a key, as COMMAND INFO and GETKEYSANDFLAGS show it: a set of words.
void write_key_use(protocol::ReplyWriter& reply, KeyUse use);

/// The reply to `<container> HELP`, in the frame that tools look for: a head, two lines for each entry, and HELP
/// itself, which the destructor writes.
class HelpReply {
 public:
  HelpReply(protocol::ReplyWriter& reply, std::string_view container);
  ~HelpReply();
  HelpReply(const HelpReply&) = delete;
  HelpReply& operator=(const HelpReply&) = delete;
  void entry(std::string_view usage, std::string_view explanation);

 private:
  protocol::ReplyWriter& reply_;
  protocol::ReplyWriter::Deferred array_;
  size_t lines_ = 1;
};

/// The same for a container whose subcommands are rows: their usage and summary. `asked` is the row that the client
/// called, which ends the list in words of its own.
void write_help(protocol::ReplyWriter& reply, const CommandSpec& container, const CommandSpec* asked);

/// How a command is written, without the name of its container: "GET <parameter> [<parameter> ...]".
std::string usage(const CommandSpec& spec);

/// The category of that name, without "@" and in any case, or 0.
AclCategories acl_category(std::string_view name);

}  // namespace larder::server
