// Every allocation of every command of the table fails in turn. The command then answers -OOM or what it would have
// answered; the keys are as they were before it or as it leaves them, and the accounts are right to the byte. MSET and
// its like may have written some of their keys, each of them completely.
//
// Commands are dispatched on the test's own thread, to a server that has not been started.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/clients/client.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/dispatch.h"
#include "server/net/intake.h"
#include "server/net/io_threads.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/store/failing_allocations.h"
#include "tests/store/store_digest.h"
#include "tests/store/store_fixture.h"

namespace larder::test {
namespace {

using Words = std::vector<std::string>;

class CommandAllocations : public ::testing::Test {
 protected:
  /// A server with the keys that the commands of the test act on.
  struct Running {
    Running() : server(options()), thread(server.threads().first()), client(1, thread, server.state().world) {
      empty_memory = store().used_memory();
    }
    static server::Server::Options options() {
      server::Server::Options options;
      options.settings.io_threads = 1;
      options.settings.notify_keyspace_events = ~0u;
      options.settings.enable_debug_command = server::Permission::yes;
      options.log = [](std::string_view) {};
      static const base::ManualClock clock;  // deadlines are compared between servers
      options.clock = &clock;
      return options;
    }
    store::Store& store() { return server.state().world.store; }
    /// Executes one command; returns the reply.
    std::string run(const Words& words) {
      const std::vector<std::string_view> args(words.begin(), words.end());
      server::Request request{.arg_count = args.size(), .bytes = 100};
      thread.dispatcher().begin_batch(client);
      thread.dispatcher().prepare(request, args, client);
      thread.dispatcher().execute(client, request, args);
      return client.output.to_string();
    }

    server::Server server;
    server::IoThread& thread;
    server::Client client;
    int64_t empty_memory;
  };

  static void fill(Running& at) {
    const std::string large(5000, 'l');
    for (const Words& words : std::vector<Words>{{"SET", "s", "text"},
                                                 {"SET", "n", "12", "EX", "100000"},
                                                 {"SET", "l", large},
                                                 {"SADD", "i", "1", "2", "3"},
                                                 {"SADD", "p", "a", "b", "c", "2"},
                                                 {"SADD", "j", "1", "b", "3", "z"},
                                                 {"HSET", "h", "f", "v", "n", "12", "x", "1.5"},
                                                 {"RPUSH", "r", "a", "b", "12", "b"},
                                                 {"ZADD", "z", "1", "a", "2.5", "b", "2.5", "c", "inf", "12"}}) {
      at.run(words);
    }
    Words many{"SADD", "t"};
    for (int i = 0; i < 300; ++i)
      many.push_back("member:" + std::to_string(i) + std::string(i % 50 == 0 ? 300 : 0, 'm'));
    at.run(many);
    Words fields{"HSET", "g"};
    for (int i = 0; i < 600; ++i) {
      fields.push_back("field:" + std::to_string(i));
      fields.push_back(std::string(i % 50 == 0 ? 300 : 5, 'v'));
    }
    at.run(fields);
    Words elements{"RPUSH", "q"};
    for (int i = 0; i < 600; ++i) elements.push_back("element:" + std::to_string(i) + std::string(30, 'e'));
    at.run(elements);
    Words scored{"ZADD", "y"};
    for (int i = 0; i < 300; ++i) {
      scored.push_back(std::to_string(i * 7919 % 100));
      scored.push_back("member:" + std::to_string(i) + std::string(i % 50 == 0 ? 300 : 0, 'm'));
    }
    at.run(scored);
    at.client.output.clear();
  }

  /// Fails the command's allocations one after the other, each time in a new server.
  void sweep(const Words& words, const std::vector<Words>& before = {}) {
    std::string shown;
    for (const std::string& word : words) shown += word.substr(0, 20) + " ";
    SCOPED_TRACE(shown);
    store::Digest start, end;
    std::string usual;
    {
      Running at;
      prepare(at, before);
      start = digest_of(at.store());
      usual = at.run(words);
      end = digest_of(at.store());
    }
    for (size_t nth = 1; nth < 400 && !HasFailure(); ++nth) {
      size_t effects = 0;
      bool incomplete = false;
      Running at;
      prepare(at, before);
      if (with_effects_) {
        at.store().set_effect_sink([&](store::EffectBatch&& batch) {
          effects += batch.effects.size();
          incomplete = incomplete || batch.incomplete;
        });
      }
      std::string reply;
      bool failed = false;
      {
        const std::vector<std::string_view> args(words.begin(), words.end());
        server::Request request{.arg_count = args.size(), .bytes = 100};
        at.thread.dispatcher().begin_batch(at.client);
        at.thread.dispatcher().prepare(request, args, at.client);
        const store::FailingAllocations failing(nth);
        at.thread.dispatcher().execute(at.client, request, args);
        failed = failing.failed();
      }
      reply = at.client.output.to_string();
      SCOPED_TRACE("allocation " + std::to_string(nth) + " fails, reply " + reply.substr(0, 80));
      at.store().background().drain();
      const store::Digest now = digest_of(at.store());
      expect_consistent(start, end, now);
      if (now == start && start != end) {
        EXPECT_TRUE(effects == 0 || incomplete) << "told of what has not happened";
      }
      EXPECT_EQ(at.store().used_memory() - at.empty_memory, store::counted_memory(at.store()));
      if (!failed) return;
      ++failures_;
      // Where nothing is answered, the connection ends.
      EXPECT_TRUE(!reply.empty() || usual.empty() || at.client.close_now);
      // The server goes on.
      at.client.output.clear();
      at.client.close_now = false;
      at.client.transaction.reset();
      at.client.update_gates();
      EXPECT_FALSE(at.run({"SET", "afterwards", "1"}).empty());
    }
  }

  static void prepare(Running& at, const std::vector<Words>& before) {
    fill(at);
    for (const Words& words : before) at.run(words);
    at.client.output.clear();
  }

  /// Each key is as it was or as it should become; all of them alike, unless a command writes key after key.
  void expect_consistent(const store::Digest& start, const store::Digest& end, const store::Digest& now) {
    if (now == start || now == end || std::find(also_.begin(), also_.end(), now) != also_.end()) return;
    EXPECT_TRUE(key_after_key_);
    const auto at = [](const store::Digest& digest, const auto& key) {
      const auto found = digest.find(key);
      return found == digest.end() ? std::string("absent") : found->second;
    };
    for (const store::Digest* digest : {&start, &end, &now}) {
      for (const auto& [key, text] : *digest) {
        const std::string found = at(now, key);
        EXPECT_TRUE(found == at(start, key) || found == at(end, key)) << key.second << ": " << found.substr(0, 100);
      }
    }
  }

  store::Digest digest_after(const Words& words) {
    Running at;
    prepare(at, {});
    at.run(words);
    return digest_of(at.store());
  }

  bool key_after_key_ = false;
  bool with_effects_ = false;
  std::vector<store::Digest> also_;  // what may be left besides
  int failures_ = 0;
};

const std::string kLarge(6000, 'x');

TEST_F(CommandAllocations, OfStringsAndKeys) {
  for (const Words& words : std::vector<Words>{
           {"GET", "s"},
           {"GET", "l"},
           {"SET", "new", "v"},
           {"SET", "new", "v", "EX", "100"},
           {"SET", "s", "v"},
           {"SET", "s", kLarge, "EX", "100"},
           {"SET", "l", kLarge, "GET", "KEEPTTL"},
           {"SETEX", "s", "100", "v"},
           {"PSETEX", "t", "100000", "v"},
           {"SETNX", "new", kLarge},
           {"GETSET", "l", "v"},
           {"GETDEL", "l"},
           {"GETEX", "s", "EX", "100"},
           {"GETEX", "n", "PERSIST"},
           {"MGET", "s", "l", "new"},
           {"APPEND", "s", kLarge},
           {"APPEND", "l", kLarge},
           {"APPEND", "new", "v"},
           {"STRLEN", "l"},
           {"GETRANGE", "l", "0", "3000"},
           {"SUBSTR", "l", "0", "3000"},
           {"SETRANGE", "s", "5000", "x"},
           {"SETRANGE", "l", "0", "x"},
           {"INCR", "n"},
           {"DECR", "new"},
           {"INCRBY", "n", "1000000"},
           {"DECRBY", "n", "3"},
           {"INCRBYFLOAT", "n", "0.5"},
           {"LCS", "s", "n"},
           {"LCS", "s", "n", "IDX"},
           {"DEL", "s", "t", "l"},
           {"UNLINK", "s", "t", "l"},
           {"EXISTS", "s", "t"},
           {"TOUCH", "s", "t"},
           {"TYPE", "s"},
           {"EXPIRE", "s", "100"},
           {"EXPIRE", "t", "-1"},
           {"PEXPIRE", "t", "100000"},
           {"EXPIREAT", "n", "4000000000"},
           {"PEXPIREAT", "n", "4000000000000"},
           {"PERSIST", "n"},
           {"TTL", "n"},
           {"PTTL", "n"},
           {"EXPIRETIME", "n"},
           {"PEXPIRETIME", "n"},
           {"KEYS", "*"},
           {"SCAN", "0", "COUNT", "1000"},
           {"RANDOMKEY"},
           {"DBSIZE"},
           {"RENAME", "t", "new"},
           {"RENAME", "t", "l"},
           {"RENAME", "l", "t"},
           {"RENAMENX", "s", "new"},
           {"MOVE", "t", "3"},
           {"COPY", "t", "new"},
           {"COPY", "t", "l", "REPLACE"},
           {"COPY", "l", "t", "REPLACE", "DB", "0"},
           {"COPY", "t", "t", "DB", "5"},
           {"OBJECT", "ENCODING", "t"},
           {"SWAPDB", "0", "4"},
           {"FLUSHDB"},
           {"FLUSHALL", "ASYNC"},
           {"FLUSHALL", "SYNC"},
       }) {
    sweep(words);
  }
  key_after_key_ = true;
  sweep({"MSET", "s", kLarge, "new", "v", "t", "v", "n", kLarge});
  sweep({"MSETNX", "new", kLarge, "newer", "v"});
  EXPECT_GT(failures_, 100);
}

TEST_F(CommandAllocations, OfSets) {
  Words many{"SADD", "i"};
  for (int i = 0; i < 140; ++i) many.push_back("m" + std::to_string(i));
  for (const Words& words : std::vector<Words>{
           {"SADD", "new", "1", "2"},
           {"SADD", "new", "1", "b", std::string(300, 'x')},
           {"SADD", "i", "4", "70000", "5000000000", "a"},
           {"SADD", "p", "d", std::string(65, 'x'), "e"},
           {"SADD", "t", "more", std::string(300, 'x')},
           many,
           {"SREM", "i", "1", "2"},
           {"SREM", "p", "a", "b", "c", "2"},
           {"SREM", "t", "member:1", "member:50" + std::string(300, 'm')},
           {"SMEMBERS", "t"},
           {"SISMEMBER", "t", "x"},
           {"SMISMEMBER", "t", "x", "member:1"},
           {"SCARD", "t"},
           {"SPOP", "t", "0"},
           {"SPOP", "t", "1000"},
           {"SRANDMEMBER", "t"},
           {"SRANDMEMBER", "t", "20"},
           {"SRANDMEMBER", "t", "-1000"},
           {"SRANDMEMBER", "p", "-1000"},
           {"SMOVE", "p", "t", "a"},
           {"SMOVE", "t", "new", "member:3"},
           {"SMOVE", "i", "p", "2"},
           {"SINTER", "p", "j"},
           {"SUNION", "p", "j", "t"},
           {"SDIFF", "t", "j"},
           {"SINTERSTORE", "new", "p", "j"},
           {"SUNIONSTORE", "p", "p", "j", "i"},
           {"SDIFFSTORE", "s", "t", "j"},
           {"SINTERCARD", "2", "p", "j"},
           {"SSCAN", "t", "0", "COUNT", "100"},
           {"SORT", "j", "ALPHA"},
           {"SORT", "i", "BY", "n*", "GET", "#", "GET", "s*"},
           {"SORT_RO", "t", "ALPHA", "LIMIT", "5", "10"},
       }) {
    sweep(words);
  }
  EXPECT_GT(failures_, 200);
}

TEST_F(CommandAllocations, OfHashes) {
  with_effects_ = true;
  Words many{"HSET", "h"};
  for (int i = 0; i < 600; ++i) many.insert(many.end(), {"new:" + std::to_string(i), "v"});
  for (const Words& words : std::vector<Words>{
           {"HSET", "new", "f", "v"},
           {"HSET", "new", "f", kLarge},
           {"HSET", "h", "f", "another", "more", "fields"},
           {"HSET", "h", "f", kLarge, "n", "1", "y", "z"},
           many,
           {"HMSET", "h", "a", "1", "b", "2"},
           {"HSETNX", "h", "new", "v"},
           {"HSETNX", "g", "field:1", "v"},
           {"HGET", "h", "f"},
           {"HGET", "g", "field:50"},
           {"HMGET", "h", "f", "none", "n"},
           {"HGETALL", "h"},
           {"HGETALL", "g"},
           {"HDEL", "h", "f", "n", "x"},
           {"HDEL", "g", "field:1", "field:50"},
           {"HEXISTS", "h", "f"},
           {"HLEN", "g"},
           {"HSTRLEN", "g", "field:50"},
           {"HKEYS", "g"},
           {"HVALS", "g"},
           {"HINCRBY", "h", "n", "5"},
           {"HINCRBY", "g", "new", "5"},
           {"HINCRBYFLOAT", "h", "x", "0.25"},
           {"HINCRBYFLOAT", "new", "x", "0.25"},
           {"HINCRBYFLOAT", "g", "new", "0.25"},
           {"HRANDFIELD", "h"},
           {"HRANDFIELD", "g", "5", "WITHVALUES"},
           {"HRANDFIELD", "g", "-5"},
           {"HSCAN", "g", "0", "COUNT", "1000"},
           {"COPY", "g", "copied"},
           {"COPY", "h", "copied"},
       }) {
    sweep(words);
  }
  // A large hash takes field after field.
  const Words large{"HSET", "g", "field:1", "another, longer value", "more", kLarge, "field:50", "v"};
  for (const ptrdiff_t words : {4, 6}) also_.push_back(digest_after(Words(large.begin(), large.begin() + words)));
  sweep(large);
  EXPECT_GT(failures_, 50);
}

TEST_F(CommandAllocations, OfLists) {
  with_effects_ = true;
  Words many{"LPUSH", "r"};
  for (int i = 0; i < 400; ++i) many.push_back("new:" + std::to_string(i) + std::string(30, 'n'));
  const std::string middle = "element:300" + std::string(30, 'e');
  for (const Words& words : std::vector<Words>{
           {"LPUSH", "new", "a", "b"},
           {"RPUSH", "new", "a", kLarge},
           {"LPUSH", "q", "a", kLarge, "b"},
           {"RPUSH", "q", "a", kLarge, kLarge, "b"},
           {"RPUSH", "r", "a", kLarge, kLarge},
           many,
           {"LPUSHX", "r", "a"},
           {"LPOP", "r"},
           {"RPOP", "q", "100"},
           {"LPOP", "q", "599"},
           {"LPOP", "r", "10"},
           {"LMPOP", "2", "none", "q", "RIGHT", "COUNT", "5"},
           {"LMOVE", "q", "r", "LEFT", "RIGHT"},
           {"LMOVE", "r", "new", "LEFT", "RIGHT"},
           {"LMOVE", "q", "q", "LEFT", "RIGHT"},
           {"RPOPLPUSH", "r", "r"},
           {"LLEN", "q"},
           {"LINDEX", "q", "300"},
           {"LRANGE", "q", "100", "400"},
           {"LPOS", "q", middle, "COUNT", "0"},
           {"LSET", "r", "1", kLarge},
           {"LSET", "q", "300", kLarge},
           {"LSET", "q", "300", "short"},
           {"LINSERT", "r", "AFTER", "b", "c"},
           {"LINSERT", "q", "BEFORE", middle, kLarge},
           {"LINSERT", "q", "AFTER", middle, "short"},
           {"LREM", "r", "-1", "b"},
           {"LREM", "q", "0", middle},
           {"LTRIM", "q", "200", "-200"},
           {"LTRIM", "q", "1", "0"},
           {"COPY", "q", "copied"},
           {"COPY", "r", "copied"},
           {"BLPOP", "none", "r", "0"},
           {"BLMPOP", "0", "1", "q", "LEFT", "COUNT", "3"},
           {"BLMOVE", "q", "r", "LEFT", "RIGHT", "0"},
           {"BRPOPLPUSH", "r", "r", "0"},
           {"BLPOP", "none", "nothing", "0"},
           {"SORT", "q", "ALPHA", "STORE", "new"},
       }) {
    sweep(words);
  }
  EXPECT_GT(failures_, 50);
}

TEST_F(CommandAllocations, OfSortedSets) {
  with_effects_ = true;
  Words many{"ZADD", "z"};
  for (int i = 0; i < 200; ++i) many.insert(many.end(), {std::to_string(i % 7), "new:" + std::to_string(i)});
  for (const Words& words : std::vector<Words>{
           {"ZADD", "new", "1", "m"},
           {"ZADD", "new", "1", kLarge},
           {"ZADD", "z", "5", "a", "0.1", "d", "3", "b"},
           {"ZADD", "z", "5", "a", "1", kLarge, "3", "b"},
           {"ZADD", "y", "-1", "new"},
           {"ZADD", "y", "1000", "member:50" + std::string(300, 'm')},
           {"ZADD", "y", "XX", "CH", "17.5", "member:1"},
           many,
           {"ZADD", "z", "INCR", "1", "a"},
           {"ZINCRBY", "z", "100", "a"},
           {"ZINCRBY", "y", "1000", "member:3"},
           {"ZINCRBY", "y", "1", "new"},
           {"ZREM", "z", "a", "12"},
           {"ZREM", "y", "member:1", "member:50" + std::string(300, 'm')},
           {"ZCARD", "y"},
           {"ZSCORE", "z", "a"},
           {"ZMSCORE", "y", "member:1", "none"},
           {"ZRANK", "y", "member:1"},
           {"ZREVRANK", "z", "a", "WITHSCORE"},
           {"ZRANGE", "z", "0", "-1", "WITHSCORES"},
           {"ZRANGE", "y", "10", "50", "BYSCORE", "REV", "LIMIT", "1", "10"},
           {"ZRANGESTORE", "new", "y", "0", "-1"},
           {"ZRANGESTORE", "t", "z", "0", "1"},
           {"ZRANGESTORE", "y", "z", "5", "9"},
           {"ZCOUNT", "y", "3", "70"},
           {"ZLEXCOUNT", "z", "-", "+"},
           {"ZREMRANGEBYRANK", "y", "10", "250"},
           {"ZREMRANGEBYSCORE", "z", "1", "(inf"},
           {"ZREMRANGEBYLEX", "z", "-", "+"},
           {"ZPOPMIN", "y"},
           {"ZPOPMAX", "y", "290"},
           {"ZPOPMAX", "z", "100"},
           {"ZMPOP", "3", "none", "y", "z", "MIN", "COUNT", "20"},
           {"ZRANDMEMBER", "z"},
           {"ZRANDMEMBER", "y", "10", "WITHSCORES"},
           {"ZRANDMEMBER", "y", "-10"},
           {"ZUNION", "3", "z", "y", "t", "WITHSCORES"},
           {"ZUNIONSTORE", "new", "3", "z", "y", "i", "WEIGHTS", "1", "2", "0.5", "AGGREGATE", "MAX"},
           {"ZUNIONSTORE", "z", "2", "z", "i"},
           {"ZINTER", "2", "y", "y"},
           {"ZINTERSTORE", "new", "2", "y", "t"},
           {"ZINTERSTORE", "y", "2", "z", "i"},
           {"ZINTERCARD", "2", "y", "t", "LIMIT", "5"},
           {"ZDIFF", "2", "y", "z"},
           {"ZDIFFSTORE", "new", "3", "y", "t", "z"},
           {"ZSCAN", "y", "0", "COUNT", "1000"},
           {"COPY", "y", "copied"},
           {"COPY", "z", "copied"},
       }) {
    sweep(words);
  }
  // A large sorted set takes element after element.
  const Words large{"ZADD", "y", "5", "new", "1000", "member:1", "2", kLarge};
  for (const ptrdiff_t words : {4, 6}) also_.push_back(digest_after(Words(large.begin(), large.begin() + words)));
  sweep(large);
  EXPECT_GT(failures_, 100);
}

TEST_F(CommandAllocations, OfBitmaps) {
  for (const Words& words : std::vector<Words>{
           {"SETBIT", "s", "3", "0"},
           {"SETBIT", "s", "300", "1"},
           {"SETBIT", "s", "70000", "1"},
           {"SETBIT", "l", "39000", "1"},
           {"SETBIT", "l", "90000", "1"},
           {"SETBIT", "new", "7", "1"},
           {"SETBIT", "new", "70000", "1"},
           {"GETBIT", "l", "100"},
           {"BITCOUNT", "l", "3", "-5", "BIT"},
           {"BITPOS", "l", "1", "3"},
           {"BITOP", "AND", "new", "s", "l", "n"},
           {"BITOP", "XOR", "l", "s", "l"},
           {"BITOP", "ONE", "n", "s", "n"},
           {"BITOP", "NOT", "t", "l"},
           {"BITOP", "OR", "l", "nothing"},
           {"BITFIELD", "s", "SET", "u8", "0", "1", "INCRBY", "i64", "100", "7", "GET", "u4", "3"},
           {"BITFIELD", "n", "INCRBY", "u32", "70000", "1", "SET", "u8", "0", "255"},
           {"BITFIELD", "l", "SET", "u8", "0", "1"},
           {"BITFIELD", "new", "OVERFLOW", "FAIL", "INCRBY", "u2", "60000", "3"},
           {"BITFIELD_RO", "l", "GET", "u8", "0", "GET", "i8", "100"},
       }) {
    sweep(words);
  }
  EXPECT_GT(failures_, 20);
}

TEST_F(CommandAllocations, OfHyperLogLogs) {
  Words many{"PFADD", "many"};
  for (int i = 0; i < 2000; ++i) many.push_back(std::to_string(i));
  const std::vector<Words> before{{"PFADD", "few", "a", "b"}, many};
  for (const Words& words : std::vector<Words>{
           {"PFADD", "new"},
           {"PFADD", "new", "a", "b"},
           {"PFADD", "few", "c", "d"},
           {"PFADD", "few", "a"},
           {"PFADD", "many", "a", "b", "c"},
           {"PFADD", "few", many[2], many[3]},
           {"PFCOUNT", "few"},
           {"PFCOUNT", "many"},
           {"PFCOUNT", "few", "many", "new"},
           {"PFMERGE", "new"},
           {"PFMERGE", "new", "few"},
           {"PFMERGE", "few", "many"},
           {"PFMERGE", "many", "few"},
           {"PFDEBUG", "ENCODING", "few"},
           {"PFDEBUG", "DECODE", "few"},
           {"PFDEBUG", "GETREG", "few"},
           {"PFDEBUG", "TODENSE", "few"},
       }) {
    sweep(words, before);
  }
  many[1] = "few";
  sweep(many, before);
  EXPECT_GT(failures_, 30);
}

TEST_F(CommandAllocations, OfComparisonsAndDeadlinesForSeveral) {
  with_effects_ = true;
  for (const Words& words : std::vector<Words>{
           {"SET", "s", kLarge, "IFEQ", "text"},
           {"SET", "s", "v", "IFDNE", "0123456789abcdef", "GET"},
           {"SET", "new", "v", "IFNE", "x", "KEEPTTL"},
           {"DELEX", "l"},
           {"DELEX", "s", "IFEQ", "text"},
           {"DELEX", "l", "IFDNE", "0123456789abcdef"},
           {"DIGEST", "l"},
       }) {
    sweep(words);
  }
  key_after_key_ = true;
  sweep({"MSETEX", "3", "s", kLarge, "new", "v", "l", "v", "EX", "100"});
  sweep({"MSETEX", "2", "new", kLarge, "newer", "v", "NX"});
  EXPECT_GT(failures_, 10);
}

TEST_F(CommandAllocations, OfTransactions) {
  sweep({"WATCH", "s", "t"});
  sweep({"MULTI"});
  sweep({"SET", "s", "v"}, {{"MULTI"}});
  sweep({"DISCARD"}, {{"WATCH", "s"}, {"MULTI"}, {"SET", "s", "v"}});
  sweep({"UNWATCH"}, {{"WATCH", "s"}});
  key_after_key_ = true;  // each command fails for itself
  sweep({"EXEC"}, {{"WATCH", "s"}, {"MULTI"}, {"SET", "s", kLarge}, {"SADD", "new", "1", "b"}, {"COPY", "t", "u"}});
}

/// A connection for which there is no memory at one step.
class Source final : public server::RequestSource {
 public:
  enum class Step { none, receive, parse, execute };
  explicit Source(Step fails) : fails_(fails) {}

  std::span<char> receive(std::span<char> buffer) override {
    fail_at(Step::receive);
    return buffer.first(1);
  }
  server::Parsed parse(std::span<char> input, server::Batch& batch) override {
    const size_t first = batch.requests.size();
    batch.arguments.push_back("PING");
    batch.requests.push_back({.first_arg = batch.arguments.size() - 1, .arg_count = 1});
    fail_at(Step::parse);
    return {.input = input.subspan(1), .first = first, .count = 1};
  }
  void execute(server::Parsed parsed, server::Batch& batch) override {
    fail_at(Step::execute);
    executed = batch.arguments_of(batch.requests.at(parsed.first)).size() == 1 && parsed.count == 1;
  }
  void out_of_memory() noexcept override { ended = true; }

  bool executed = false, ended = false;

 private:
  void fail_at(Step step) const {
    if (step == fails_) throw std::bad_alloc();
  }
  Step fails_;
};

TEST_F(CommandAllocations, OfAConnectionEndItAlone) {
  Running at;
  server::Intake& intake = at.thread.intake();
  for (const auto step : {Source::Step::receive, Source::Step::parse, Source::Step::execute}) {
    Source before(Source::Step::none), failing(step), behind(Source::Step::none);
    intake.add(before);
    if (step == Source::Step::execute) {
      intake.add(failing);
    } else {
      EXPECT_THROW(intake.add(failing), std::bad_alloc);  // to the poller, which ends the connection
    }
    intake.add(behind);
    intake.run();
    EXPECT_TRUE(before.executed);
    EXPECT_TRUE(behind.executed);
    EXPECT_FALSE(failing.executed);
    EXPECT_EQ(failing.ended, step == Source::Step::execute);
    EXPECT_FALSE(before.ended || behind.ended);
  }
}

}  // namespace
}  // namespace larder::test
