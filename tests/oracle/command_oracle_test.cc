// COMMAND in all its forms: each row of COMMAND INFO and the structure of COMMAND DOCS for every command that Larder
// and the oracle share, GETKEYS, LIST with filters. What Larder lacks or has besides is listed here with the reason.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

/// Every command of the groups that Larder offers.
const Args& offered() {
  static const Args names = split_words(
      "auth hello ping echo quit reset select client command config info dbsize flushall flushdb swapdb time memory "
      "slowlog "
      "latency monitor role debug shutdown lolwut del unlink exists type ttl pttl expire pexpire expireat pexpireat "
      "expiretime "
      "pexpiretime persist keys scan randomkey rename renamenx move copy touch object get set setex psetex setnx "
      "getset "
      "getdel getex mget mset msetnx append strlen getrange substr setrange incr decr incrby decrby incrbyfloat lcs "
      "sadd srem "
      "smembers sismember smismember scard spop srandmember smove sinter sintercard sinterstore sunion sunionstore "
      "sdiff "
      "sdiffstore sscan zadd zincrby zrem zcard zscore zmscore zrank zrevrank zrange zrangestore zrevrange "
      "zrangebyscore zrevrangebyscore zrangebylex zrevrangebylex zcount zlexcount zremrangebyrank zremrangebyscore "
      "zremrangebylex zpopmin zpopmax zmpop bzpopmin bzpopmax bzmpop zrandmember zscan zunion zunionstore zinter "
      "zinterstore zintercard zdiff "
      "zdiffstore multi exec discard watch unwatch subscribe unsubscribe psubscribe punsubscribe publish pubsub "
      "ssubscribe sunsubscribe spublish wait waitaof lastsave module cluster readonly readwrite asking "
      "lpush rpush lpushx rpushx lpop rpop lmpop lmove rpoplpush blpop brpop blmpop blmove brpoplpush llen lindex "
      "lrange "
      "lpos lset linsert lrem ltrim "
      "setbit getbit bitcount bitpos bitop bitfield bitfield_ro pfadd pfcount pfmerge pfdebug pfselftest sort sort_ro");
  return names;
}

/// Subcommands of the oracle that Larder does not offer: they belong to parts of Redis that it does not have.
const std::set<std::string> kNotOffered = {
    "client|caching",
    "client|tracking",
    "memory|malloc-stats",
};

/// Commands that Larder offers because Redis has them since 7.2.
const std::set<std::string> kSince72 = {"client|no-touch", "client|setinfo", "cluster|myshardid", "waitaof"};

/// Rows whose arity differs: since 7.2 COMMAND GETKEYS takes a command without arguments, ZRANK takes WITHSCORE.
const std::set<std::string> kArityOf72 = {"command|getkeys", "command|getkeysandflags", "zrank", "zrevrank"};

/// Commands whose tips were corrected in 7.2; younger references must agree.
const std::set<std::string> kTipsOf72 = {
    "client|setname", "config|resetstat", "config|rewrite", "latency|reset", "msetnx", "randomkey", "scan"};

/// Commands that were deprecated after 7.0.
const std::set<std::string> kDeprecatedSince72 = {"psetex", "quit", "setex", "setnx"};

/// A subcommand that Larder need not have: one of a part that it lacks, or one that is younger than 7.2, which the
/// reference's table says.
bool not_offered(const std::string& name) {
  return kNotOffered.contains(name) || intended_difference(reference(), name, "offered", "not offered");
}

class CommandOracle : public OracleTest {
 protected:
  /// A row with its unordered parts sorted, subcommands apart, and without the notes of key specifications, which are
  /// sentences of each server's own.
  static std::string canonical_row(const Reply& row) {
    std::string result;
    for (size_t i = 0; i < row.items.size() && i < 9; ++i) {
      Reply part = row.items[i];
      if (part.is_aggregate() && i != 8)
        std::sort(part.items.begin(), part.items.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
      if (i == 8) tidy_key_specs(part);
      if (before_72() && i == 1 && kArityOf72.contains(row.items[0].text)) continue;
      if (before_72() && i == 7 && kTipsOf72.contains(row.items[0].text)) continue;
      result += describe(part) + " ";
    }
    return result;
  }

  static void tidy_key_specs(Reply& specs) {
    for (Reply& spec : specs.items) {
      for (size_t i = 0; i + 1 < spec.items.size(); i += 2) {
        Reply& part = spec.items[i + 1];
        if (spec.items[i].text == "notes") part.text.clear();
        if (spec.items[i].text == "flags")
          std::sort(part.items.begin(), part.items.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
      }
    }
  }

  static bool before_72() { return reference().habits.before_72; }

  void same_row(const std::string& name, const Reply& theirs, const Reply& ours) {
    same_texts("row of " + name, canonical_row(theirs), canonical_row(ours));
    if (theirs.items.size() < 10 || ours.items.size() < 10) {
      EXPECT_EQ(theirs.items.size(), ours.items.size()) << "parts of the row of " << name;
      return;
    }
    std::map<std::string, const Reply*> our_subcommands;
    for (const Reply& row : ours.items[9].items) our_subcommands[row.items.at(0).text] = &row;
    for (const Reply& row : theirs.items[9].items) {
      const std::string& subcommand = row.items.at(0).text;
      const auto found = our_subcommands.find(subcommand);
      if (found != our_subcommands.end()) {
        same_row(subcommand, row, *found->second);
        our_subcommands.erase(found);
      } else {
        EXPECT_TRUE(not_offered(subcommand)) << subcommand << " is missing";
      }
    }
    for (const auto& [subcommand, row] : our_subcommands)
      EXPECT_TRUE(before_72() && kSince72.contains(subcommand)) << subcommand << " is not known to the oracle";
  }

  /// `key: value` pairs of a map, or of the flat array that stands for one in RESP2.
  static std::map<std::string, const Reply*> fields(const Reply& map) {
    std::map<std::string, const Reply*> result;
    for (size_t i = 0; i + 1 < map.items.size(); i += 2) result[map.items[i].text] = &map.items[i + 1];
    return result;
  }

  /// The tokens of the arguments in order, nested ones included. Names, types and nesting were rewritten for 7.2.
  static std::string tokens_of(const Reply& arguments) {
    std::string result;
    for (const Reply& argument : arguments.items) {
      auto parts = fields(argument);
      if (parts.contains("token")) result += parts["token"]->text + " ";
      if (parts.contains("arguments")) result += tokens_of(*parts["arguments"]);
    }
    return result;
  }

  void same_docs(const std::string& name, const Reply& theirs, const Reply& ours) {
    auto their_fields = fields(theirs);
    auto our_fields = fields(ours);
    // Summary, complexity and what to use instead are sentences of each server's own.
    for (const char* field : {"since", "group", "deprecated_since"}) {
      const auto value = [&](auto& of) { return of.contains(field) ? describe(*of[field]) : std::string("(none)"); };
      if (before_72() && std::string_view(field) == "deprecated_since" && kDeprecatedSince72.contains(name)) continue;
      same_texts(fmt::format("{} of {}", field, name), value(their_fields), value(our_fields));
    }
    for (const char* field : {"summary", "complexity"})
      EXPECT_TRUE(!their_fields.contains(field) || our_fields.contains(field)) << name << " lacks " << field;
    const auto tokens = [&](auto& of) {
      return of.contains("arguments") ? tokens_of(*of["arguments"]) : std::string();
    };
    same_texts("tokens of " + name, tokens(their_fields), tokens(our_fields));
    if (!their_fields.contains("subcommands") || !our_fields.contains("subcommands")) return;
    auto our_subcommands = fields(*our_fields["subcommands"]);
    for (const auto& [subcommand, docs] : fields(*their_fields["subcommands"])) {
      if (our_subcommands.contains(subcommand)) same_docs(subcommand, *docs, *our_subcommands[subcommand]);
    }
  }

  /// The names that both servers list, of those that Larder offers.
  void same_list(const Args& filter) {
    Args command{"COMMAND", "LIST"};
    command.insert(command.end(), filter.begin(), filter.end());
    const Link::Both replies = link().call(command);
    const auto listed = [](const Reply& reply) {
      std::set<std::string> names;
      for (const Reply& name : reply.items) {
        const std::string base = name.text.substr(0, name.text.find('|'));
        if (std::find(offered().begin(), offered().end(), base) != offered().end() && !not_offered(name.text) &&
            !(before_72() && kSince72.contains(name.text)))
          names.insert(name.text);
      }
      std::string result;
      for (const std::string& name : names) result += name + " ";
      return result;
    };
    same_texts(quoted(command), listed(replies.theirs.value), listed(replies.ours.value));
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, CommandOracle, both_protocols(), protocol_name);

TEST_P(CommandOracle, EveryRowOfInfo) {
  for (const std::string& name : offered()) {
    if (before_72() && kSince72.contains(name)) continue;
    const Link::Both rows = link().call({"COMMAND", "INFO", name});
    ASSERT_TRUE(rows.theirs.ok() && rows.ours.ok());
    ASSERT_EQ(rows.theirs.value.items.size(), 1U);
    if (rows.ours.value.items.size() != 1) {
      ADD_FAILURE() << name << ": " << describe(rows.ours.value);
      continue;
    }
    same_row(name, rows.theirs.value.items[0], rows.ours.value.items[0]);
  }
}

TEST_P(CommandOracle, StructureOfDocs) {
  for (const std::string& name : offered()) {
    if (before_72() && kSince72.contains(name)) continue;
    const Link::Both docs = link().call({"COMMAND", "DOCS", name});
    ASSERT_TRUE(docs.theirs.ok() && docs.ours.ok());
    if (docs.ours.value.items.size() != 2) {
      ADD_FAILURE() << name << ": " << describe(docs.ours.value);
      continue;
    }
    EXPECT_EQ(docs.theirs.value.type, docs.ours.value.type);
    EXPECT_EQ(docs.theirs.value.items[0], docs.ours.value.items[0]);
    same_docs(name, docs.theirs.value.items[1], docs.ours.value.items[1]);
  }
}

TEST_P(CommandOracle, ArgumentsOfCommand) {
  run(R"(
    [kind] COMMAND
    [kind] COMMAND COUNT
    COMMAND COUNT x
    COMMAND BOGUS
    COMMAND BOGUS x
    COMMAND INFO bogus
    COMMAND INFO bogus bogus2
    COMMAND DOCS bogus
    COMMAND GETKEYS
    COMMAND GETKEYSANDFLAGS
    COMMAND GETKEYS bogus a
    COMMAND LIST BOGUS
    COMMAND LIST FILTERBY
    COMMAND LIST FILTERBY BOGUS x
    COMMAND LIST FILTERBY PATTERN
    COMMAND LIST FILTERBY PATTERN a b
    COMMAND LIST FILTERBY PATTERN nothing*
    COMMAND LIST FILTERBY ACLCAT bogus
    COMMAND LIST FILTERBY MODULE bogus
    COMMAND HELP x
    [help] COMMAND HELP
  )");
  const Link::Both count = link().call({"COMMAND", "COUNT"});
  const Link::Both all = link().call({"COMMAND"});
  const Link::Both info = link().call({"COMMAND", "INFO"});
  EXPECT_EQ(std::to_string(all.ours.value.items.size()), count.ours.value.text);
  EXPECT_EQ(all.ours.value.items.size(), info.ours.value.items.size());
}

TEST_P(CommandOracle, List) {
  same_list({});
  same_list({"FILTERBY", "PATTERN", "s*"});
  same_list({"filterby", "pattern", "GET*"});
  same_list({"FILTERBY", "PATTERN", "*"});
  same_list({"FILTERBY", "PATTERN", "config*"});
  for (const char* category : {"keyspace", "read", "write", "set", "sortedset", "string", "pubsub", "admin", "fast",
                               "slow", "blocking", "dangerous", "connection", "transaction", "scripting", "READ"})
    same_list({"FILTERBY", "ACLCAT", category});
}

TEST_P(CommandOracle, Getkeys) {
  for (const std::string& form : {std::string("COMMAND GETKEYS "), std::string("COMMAND GETKEYSANDFLAGS ")}) {
    for (const char* command : {"GET k",
                                "get k",
                                "SET k v",
                                "SET k v GET",
                                "SET k v EX 10 NX",
                                "MGET a b c",
                                "MSET a 1 b 2",
                                "MSETNX a 1 b 2",
                                "APPEND k v",
                                "INCR k",
                                "SETRANGE k 0 v",
                                "GETRANGE k 0 1",
                                "GETDEL k",
                                "GETEX k",
                                "LCS a b",
                                "DEL a b",
                                "UNLINK a b",
                                "EXISTS a b a",
                                "TOUCH a",
                                "RENAME a b",
                                "RENAMENX a b",
                                "COPY a b",
                                "COPY a b DB 1 REPLACE",
                                "MOVE k 1",
                                "EXPIRE k 1",
                                "TTL k",
                                "PERSIST k",
                                "TYPE k",
                                "OBJECT ENCODING k",
                                "OBJECT FREQ k",
                                "OBJECT HELP",
                                "MEMORY USAGE k",
                                "MEMORY STATS",
                                "SADD s a b",
                                "SREM s a",
                                "SMOVE a b c",
                                "SINTER a b c",
                                "SINTERSTORE d a b",
                                "SINTERCARD 2 a b",
                                "SINTERCARD 2 a b LIMIT 1",
                                "SINTERCARD 5 a b",
                                "SINTERCARD 0 a b",
                                "SINTERCARD x a b",
                                "SUNIONSTORE d a",
                                "SDIFF a b",
                                "SSCAN s 0",
                                "SPOP s",
                                "SRANDMEMBER s 2",
                                "SMISMEMBER s a b",
                                "WATCH a b",
                                "PING",
                                "KEYS *",
                                "SCAN 0",
                                "RANDOMKEY",
                                "SUBSCRIBE a",
                                "PUBLISH a b",
                                "SSUBSCRIBE a b",
                                "SPUBLISH a b",
                                "MULTI",
                                "CONFIG GET x",
                                "SELECT 1",
                                "GET",
                                "GET a b",
                                "SET k",
                                "MSET a",
                                "bogus k",
                                "OBJECT ENCODING",
                                "CONFIG",
                                "DEBUG OBJECT k",
                                "FLUSHALL"}) {
      const bool short_form = std::string_view(command).find(' ') == std::string_view::npos;
      run((short_form ? "[getkeys_72] " : "") + form + command);
    }
  }
}

}  // namespace
}  // namespace larder::test
