// See command_makers.h.
#include "tests/oracle/command_makers.h"

#include <algorithm>

#include "tests/oracle/generator.h"

namespace larder::test {

/// One function for each command or group of similar ones, and the table of them.
struct CommandMakers {
  static const CommandMaker kAll[];

  static Args set(ProgramGenerator& g) {
    Args command{"SET", g.key(), g.value()};
    const size_t options = g.chance(50) ? 0 : 1 + g.below(3);
    for (size_t i = 0; i < options; ++i) {
      switch (g.below(6)) {
        case 0: command.emplace_back("NX"); break;
        case 1: command.emplace_back("XX"); break;
        case 2: command.emplace_back("GET"); break;
        case 3: command.emplace_back("KEEPTTL"); break;
        // Redis keeps what SET gives a past deadline until it is met or swept, with events at its own time.
        default: g.append_deadline(command, false);
      }
    }
    return command;
  }

  static Args getex(ProgramGenerator& g) {
    Args command{"GETEX", g.key()};
    if (g.chance(60)) g.append_deadline(command, true);
    if (g.chance(20)) command.emplace_back("PERSIST");
    return command;
  }

  static Args expire(ProgramGenerator& g) {
    static constexpr std::string_view kNames[] = {"EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"};
    static constexpr std::string_view kConditions[] = {"NX", "XX", "GT", "LT", "BOGUS"};
    const size_t form = g.below(4);
    std::string time = form < 2 ? g.seconds() : g.unix_seconds(true);
    if (form % 2 == 1) time += "000";
    Args command{std::string(kNames[form]), g.key(), time};
    if (g.chance(50)) command.push_back(g.one_of(kConditions));
    if (g.chance(10)) command.push_back(g.one_of(kConditions));
    return command;
  }

  static Args pairs(ProgramGenerator& g, const char* name) {
    Args command{name};
    for (size_t i = 0, count = 1 + g.below(4); i < count; ++i) {
      command.push_back(g.key());
      command.push_back(g.value());
    }
    return command;
  }

  static Args with_keys(ProgramGenerator& g, const char* name, size_t most = 4) {
    Args command{name};
    g.append_keys(command, most);
    return command;
  }

  static Args sadd(ProgramGenerator& g) {
    Args command{"SADD", g.key()};
    if (g.chance(5)) {  // across the thresholds of the encodings
      static constexpr std::string_view kPrefixes[] = {"", "m", "member:"};
      const std::string prefix = g.one_of(kPrefixes);
      const size_t counts[] = {100, 127, 128, 129, 200, 511, 512, 513};
      const size_t count = counts[g.below(8)];
      for (size_t i = 0; i < count; ++i) command.push_back(prefix + std::to_string(i + 1000));
    } else {
      g.append_members(command, 6);
    }
    return command;
  }

  static Args hset(ProgramGenerator& g, const char* name) {
    Args command{name, g.key()};
    if (g.chance(5)) {  // across the thresholds of the encodings
      const size_t counts[] = {100, 511, 512, 513};
      for (size_t i = 0, count = counts[g.below(4)]; i < count; ++i) {
        command.push_back("f" + std::to_string(i + 1000));
        command.push_back(std::to_string(i));
      }
    } else {
      for (size_t i = 0, count = 1 + g.below(4); i < count; ++i) {
        command.push_back(g.member());
        command.push_back(g.value());
      }
    }
    return command;
  }

  static Args with_fields(ProgramGenerator& g, const char* name) {
    Args command{name, g.key()};
    g.append_members(command, 4);
    return command;
  }

  static Args push(ProgramGenerator& g, const char* name) {
    Args command{name, g.key()};
    if (g.chance(5)) {  // across the limit of a node
      const size_t bytes = 1 + g.below(3000);
      for (size_t i = 0, count = 1 + g.below(8); i < count; ++i) command.emplace_back(bytes, 'e');
    } else {
      g.append_members(command, 5);
    }
    return command;
  }

  static Args pop(ProgramGenerator& g, const char* name) {
    static constexpr std::string_view kCounts[] = {"0", "1", "3", "10000", "-1", "x"};
    Args command{name, g.key()};
    if (g.chance(50)) command.push_back(g.one_of(kCounts));
    return command;
  }

  static Args lmpop(ProgramGenerator& g) {
    const size_t count = 1 + g.below(3);
    Args command{"LMPOP", std::to_string(count)};
    for (size_t i = 0; i < count; ++i) command.push_back(g.key());
    command.emplace_back(g.chance(50) ? "LEFT" : "RIGHT");
    if (g.chance(40)) command.insert(command.end(), {"COUNT", std::to_string(g.below(5))});
    return command;
  }

  static Args lmove(ProgramGenerator& g) {
    static constexpr std::string_view kEnds[] = {"LEFT", "RIGHT"};
    Args command{"LMOVE", g.key(), g.key()};
    for (int i = 0; i < 2; ++i) command.push_back(g.one_of(kEnds));
    return command;
  }

  /// Without the edges of int64_t, at which versions of Redis differ (list_oracle_test.cc has them).
  static std::string place(ProgramGenerator& g) {
    static constexpr std::string_view kEdges[] = {"-1", "-2", "-100", "100", "1000", "x"};
    return g.chance(70) ? std::to_string(g.below(12)) : g.one_of(kEdges);
  }

  static Args lpos(ProgramGenerator& g) {
    static constexpr std::string_view kOptions[] = {"RANK", "COUNT", "MAXLEN"};
    Args command{"LPOS", g.key(), g.member()};
    for (size_t i = 0, count = g.below(4); i < count; ++i) {
      command.push_back(g.one_of(kOptions));
      command.push_back(std::to_string(static_cast<int>(g.below(8)) - 3));
    }
    return command;
  }

  static Args linsert(ProgramGenerator& g) {
    return {"LINSERT", g.key(), g.chance(50) ? "BEFORE" : "AFTER", g.member(), g.member()};
  }

  /// Far enough to make strings grow, never so far that programs take long.
  static std::string bit_offset(ProgramGenerator& g) {
    static constexpr std::string_view kEdges[] = {"-1", "x", "4294967296", "9223372036854775807", "40000", "2999"};
    return g.chance(85) ? std::to_string(g.below(120)) : g.one_of(kEdges);
  }

  static Args setbit(ProgramGenerator& g) {
    return {"SETBIT", g.key(), bit_offset(g), g.chance(95) ? std::to_string(g.below(2)) : g.integer()};
  }

  static void append_bit_range(ProgramGenerator& g, Args& command) {
    static constexpr std::string_view kUnits[] = {"BYTE", "BIT", "bit", "BOGUS"};
    command.push_back(g.index());
    command.push_back(g.index());
    if (g.chance(50)) command.push_back(g.one_of(kUnits));
  }

  static Args bitcount(ProgramGenerator& g) {
    Args command{"BITCOUNT", g.key()};
    if (g.chance(70)) append_bit_range(g, command);
    return command;
  }

  static Args bitpos(ProgramGenerator& g) {
    Args command{"BITPOS", g.key(), g.chance(95) ? std::to_string(g.below(2)) : g.integer()};
    if (g.chance(30)) {
      command.push_back(g.index());
    } else if (g.chance(70)) {
      append_bit_range(g, command);
    }
    return command;
  }

  static Args bitop(ProgramGenerator& g) {
    static constexpr std::string_view kOperations[] = {"AND", "OR", "XOR", "NOT", "or", "BOGUS"};
    Args command{"BITOP", g.one_of(kOperations)};
    g.append_keys(command, 1);
    g.append_keys(command, command[1] == "NOT" && g.chance(80) ? 1 : 3);
    return command;
  }

  static Args bitfield(ProgramGenerator& g) {
    static constexpr std::string_view kTypes[] = {"u1", "u4",  "u8",  "u16", "u63", "i1",  "i5",
                                                  "i8", "i16", "i32", "i64", "u64", "i65", "x8"};
    static constexpr std::string_view kOverflows[] = {"WRAP", "SAT", "FAIL", "sat", "BOGUS"};
    Args command{g.chance(90) ? "BITFIELD" : "BITFIELD_RO", g.key()};
    for (size_t i = 0, count = 1 + g.below(4); i < count; ++i) {
      if (g.chance(30)) command.insert(command.end(), {"OVERFLOW", g.one_of(kOverflows)});
      const size_t kind = g.below(3);
      command.emplace_back(kind == 0 ? "GET" : kind == 1 ? "SET" : "INCRBY");
      command.push_back(kTypes[g.chance(90) ? g.below(11) : g.below(14)].data());
      command.push_back(g.chance(30) ? "#" + std::to_string(g.below(12)) : bit_offset(g));
      if (kind != 0) command.push_back(g.integer());
    }
    return command;
  }

  static Args pfadd(ProgramGenerator& g) {
    Args command{"PFADD", g.key()};
    if (g.chance(8)) {  // enough of them make it dense
      const size_t first = g.below(10'000), count = 100 + g.below(1500);
      for (size_t i = 0; i < count; ++i) command.push_back(std::to_string(first + i));
    } else if (g.chance(95)) {
      g.append_members(command, 6);
    }
    return command;
  }

  static Args lcs(ProgramGenerator& g) {
    Args command{"LCS", g.key(), g.key()};
    static constexpr std::string_view kOptions[] = {"LEN", "IDX", "WITHMATCHLEN", "MINMATCHLEN"};
    for (size_t i = 0, count = g.below(4); i < count; ++i) {
      command.push_back(g.one_of(kOptions));
      if (command.back() == "MINMATCHLEN") command.push_back(std::to_string(g.below(5)));
    }
    return command;
  }

  static Args sintercard(ProgramGenerator& g) {
    const size_t count = 1 + g.below(3);
    Args command{"SINTERCARD", std::to_string(count)};
    for (size_t i = 0; i < count; ++i) command.push_back(g.key());
    if (g.chance(40)) command.insert(command.end(), {"LIMIT", std::to_string(g.below(5))});
    return command;
  }

  static Args sort(ProgramGenerator& g) {
    static constexpr std::string_view kWords[] = {"ALPHA", "ALPHA", "DESC", "ASC", "LIMIT", "GET", "BOGUS"};
    Args command{g.chance(70) ? "SORT" : "SORT_RO", g.key()};
    for (size_t i = 0, count = g.below(4); i < count; ++i) {
      command.push_back(g.one_of(kWords));
      if (command.back() == "LIMIT") command.insert(command.end(), {g.index(), g.index()});
      if (command.back() == "GET") command.emplace_back(g.chance(50) ? "#" : "*");
    }
    if (g.chance(20)) command.insert(command.end(), {"STORE", g.key()});
    return command;
  }

  static Args scan(ProgramGenerator& g) {
    static constexpr std::string_view kTypes[] = {"string", "set", "list", "STRING", "zset"};
    Args command{"SCAN", "0", "COUNT", "10000"};
    if (g.chance(40)) command.insert(command.end(), {"MATCH", g.pattern()});
    if (g.chance(40)) command.insert(command.end(), {"TYPE", g.one_of(kTypes)});
    return command;
  }

  static Args scan_of(ProgramGenerator& g, const char* name) {
    Args command{name, g.key(), "0", "COUNT", "10000"};
    if (g.chance(40)) command.insert(command.end(), {"MATCH", g.pattern()});
    return command;
  }

  static Args random_of(ProgramGenerator& g, const char* name) {
    static constexpr std::string_view kCounts[] = {"0", "1", "3", "10000", "-1", "-5", "-9223372036854775808", "x"};
    Args command{name, g.key()};
    if (g.chance(70)) command.push_back(g.one_of(kCounts));
    return command;
  }

  static Args hrandfield(ProgramGenerator& g) {
    Args command = random_of(g, "HRANDFIELD");
    if (g.chance(40)) command.emplace_back("WITHVALUES");
    return command;
  }

  static Args zadd(ProgramGenerator& g) {
    Args command{"ZADD", g.key()};
    if (g.chance(5)) {  // across the thresholds of the encodings
      const size_t counts[] = {100, 127, 128, 129, 200};
      const size_t count = counts[g.below(5)], scores = g.chance(50) ? 1 : 50;
      for (size_t i = 0; i < count; ++i) {
        command.push_back(std::to_string(i * 7919 % scores));
        command.push_back("m" + std::to_string(i + 1000));
      }
      return command;
    }
    static constexpr std::string_view kOptions[] = {"NX", "XX", "GT", "LT", "CH", "CH", "INCR"};
    for (size_t i = 0, count = g.chance(50) ? 0 : 1 + g.below(2); i < count; ++i) command.push_back(g.one_of(kOptions));
    for (size_t i = 0, count = g.chance(40) ? 1 : 1 + g.below(4); i < count; ++i) {
      command.push_back(g.score());
      command.push_back(g.member());
    }
    return command;
  }

  static void append_limit(ProgramGenerator& g, Args& command) {
    static constexpr std::string_view kOffsets[] = {"0", "0", "1", "2", "5", "100", "x"};
    static constexpr std::string_view kCounts[] = {"0", "1", "2", "5", "-1", "100", "x"};
    command.insert(command.end(), {"LIMIT", g.one_of(kOffsets), g.one_of(kCounts)});
  }

  /// What the bounds of a range are.
  enum By { rank, score, member };

  /// Ranges of members are for sets of equal scores; where they differ, Redis' skiplist answers by chance.
  static std::string key_for(ProgramGenerator& g, By by) { return by == member ? std::string(kLexical) : g.key(); }

  static void append_bounds(ProgramGenerator& g, Args& command, By by) {
    for (int i = 0; i < 2; ++i) {
      command.push_back(by == rank ? g.index() : by == score ? g.score_bound() : g.lex_bound());
    }
  }

  static Args zadd_lexical(ProgramGenerator& g) {
    Args command{"ZADD", std::string(kLexical)};
    const bool many = g.chance(15);
    for (size_t i = 0, count = many ? 100 + g.below(50) : 1 + g.below(4); i < count; ++i) {
      command.insert(command.end(), {"0", many ? "m" + std::to_string(i + 1000) : g.member()});
    }
    return command;
  }

  static Args with_bounds(ProgramGenerator& g, const char* name, By by) {
    Args command{name, key_for(g, by)};
    append_bounds(g, command, by);
    return command;
  }

  /// ZREVRANGE and its like.
  static Args zrange_by(ProgramGenerator& g, const char* name, By by) {
    Args command = with_bounds(g, name, by);
    if (g.chance(by == member ? 3 : 50)) command.emplace_back("WITHSCORES");
    if (g.chance(by == rank ? 3 : 30)) append_limit(g, command);
    return command;
  }

  static Args zrange(ProgramGenerator& g, bool stores) {
    const By by = static_cast<By>(g.below(3));
    Args command{stores ? "ZRANGESTORE" : "ZRANGE"};
    if (stores) command.push_back(g.key());
    command.push_back(key_for(g, by));
    append_bounds(g, command, by);
    if (by != rank) command.emplace_back(by == score ? "BYSCORE" : "BYLEX");
    if (g.chance(40)) command.emplace_back("REV");
    if (g.chance(by == member || stores ? 3 : 50)) command.emplace_back("WITHSCORES");
    if (g.chance(by == rank ? 3 : 30)) append_limit(g, command);
    return command;
  }

  static Args combine(ProgramGenerator& g, Args command, bool is_difference, bool stores) {
    const size_t count = 1 + g.below(3);
    command.push_back(std::to_string(count));
    for (size_t i = 0; i < count; ++i) command.push_back(g.key());
    static constexpr std::string_view kAggregates[] = {"SUM", "MIN", "MAX", "BOGUS"};
    if (g.chance(is_difference ? 3 : 40)) {
      command.emplace_back("WEIGHTS");
      for (size_t i = 0; i < count; ++i) command.push_back(g.score());
    }
    if (g.chance(is_difference ? 3 : 40)) command.insert(command.end(), {"AGGREGATE", g.one_of(kAggregates)});
    if (g.chance(stores ? 3 : 50)) command.emplace_back("WITHSCORES");
    return command;
  }

  static Args zmpop(ProgramGenerator& g) {
    const size_t count = 1 + g.below(3);
    Args command{"ZMPOP", std::to_string(count)};
    for (size_t i = 0; i < count; ++i) command.push_back(g.key());
    command.emplace_back(g.chance(50) ? "MIN" : "MAX");
    if (g.chance(40)) command.insert(command.end(), {"COUNT", std::to_string(g.below(4))});
    return command;
  }

  static Args zintercard(ProgramGenerator& g) {
    Args command = sintercard(g);
    command[0] = "ZINTERCARD";
    return command;
  }

  static Args zpop(ProgramGenerator& g) {
    static constexpr std::string_view kCounts[] = {"0", "1", "2", "100", "-1", "x"};
    Args command{g.chance(50) ? "ZPOPMIN" : "ZPOPMAX", g.key()};
    if (g.chance(60)) command.push_back(g.one_of(kCounts));
    return command;
  }

  static Args zrandmember(ProgramGenerator& g) {
    Args command = random_of(g, "ZRANDMEMBER");
    if (g.chance(40)) command.emplace_back("WITHSCORES");
    return command;
  }

  static Args copy(ProgramGenerator& g) {
    Args command{"COPY", g.key(), g.key()};
    if (g.chance(30)) command.insert(command.end(), {"DB", std::to_string(g.below(3))});
    if (g.chance(50)) command.emplace_back("REPLACE");
    return command;
  }

  static Args object(ProgramGenerator& g) {
    static constexpr std::string_view kWhat[] = {"ENCODING", "ENCODING", "ENCODING", "REFCOUNT",
                                                 "IDLETIME", "FREQ",     "BOGUS"};
    return {"OBJECT", g.one_of(kWhat), g.key()};
  }

  static Args rare(ProgramGenerator& g) {
    switch (g.below(9)) {
      case 0: return {"FLUSHDB"};
      case 1: return {"FLUSHALL"};
      case 2: return {"SWAPDB", std::to_string(g.below(3)), std::to_string(g.below(3))};
      case 3: return {"HELLO", std::to_string(2 + g.below(3))};
      case 4: return {"RESET"};
      case 5: return {"CLIENT", "SETNAME", g.value()};
      case 6: return {"CLIENT", "GETNAME"};
      case 7: return {"BOGUS", g.value()};
      default: return {"FLUSHDB", "BOGUS"};
    }
  }
};

const CommandMaker CommandMakers::kAll[] = {
    {30, set},
    {20,
     [](ProgramGenerator& g) {
       return Args{"GET", g.key()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"SETEX", g.key(), g.seconds(), g.value()};
     }},
    {4,
     [](ProgramGenerator& g) {
       return Args{"PSETEX", g.key(), g.seconds() + "000", g.value()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"SETNX", g.key(), g.value()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"GETSET", g.key(), g.value()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"GETDEL", g.key()};
     }},
    {10, getex},
    {8, [](ProgramGenerator& g) { return with_keys(g, "MGET"); }},
    {8, [](ProgramGenerator& g) { return pairs(g, "MSET"); }},
    {6, [](ProgramGenerator& g) { return pairs(g, "MSETNX"); }},
    {10,
     [](ProgramGenerator& g) {
       return Args{"APPEND", g.key(), g.value()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"STRLEN", g.key()};
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"GETRANGE", g.key(), g.index(), g.index()};
     }},
    {2,
     [](ProgramGenerator& g) {
       return Args{"SUBSTR", g.key(), g.index(), g.index()};
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"SETRANGE", g.key(), g.index(), g.value()};
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"INCR", g.key()};
     }},
    {4,
     [](ProgramGenerator& g) {
       return Args{"DECR", g.key()};
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"INCRBY", g.key(), g.integer()};
     }},
    {4,
     [](ProgramGenerator& g) {
       return Args{"DECRBY", g.key(), g.integer()};
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"INCRBYFLOAT", g.key(), g.real()};
     }},
    {4, lcs},
    {12, setbit},
    {4,
     [](ProgramGenerator& g) {
       return Args{"GETBIT", g.key(), bit_offset(g)};
     }},
    {6, bitcount},
    {6, bitpos},
    {6, bitop},
    {12, bitfield},
    {16, pfadd},
    {8, [](ProgramGenerator& g) { return with_keys(g, "PFCOUNT", 3); }},
    {6, [](ProgramGenerator& g) { return with_keys(g, "PFMERGE", 3); }},
    {2,
     [](ProgramGenerator& g) {
       return Args{"PFDEBUG", "ENCODING", g.key()};
     }},
    {24, sadd},
    {10,
     [](ProgramGenerator& g) {
       Args c{"SREM", g.key()};
       g.append_members(c, 5);
       return c;
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"SMEMBERS", g.key()};
     }},
    {4,
     [](ProgramGenerator& g) {
       return Args{"SISMEMBER", g.key(), g.member()};
     }},
    {4,
     [](ProgramGenerator& g) {
       Args c{"SMISMEMBER", g.key()};
       g.append_members(c, 5);
       return c;
     }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"SCARD", g.key()};
     }},
    {4,
     [](ProgramGenerator& g) {
       return Args{"SPOP", g.key(), g.chance(70) ? "10000" : g.chance(50) ? "0" : "-1"};
     }},
    {4, [](ProgramGenerator& g) { return random_of(g, "SRANDMEMBER"); }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"SMOVE", g.key(), g.key(), g.member()};
     }},
    {5, [](ProgramGenerator& g) { return with_keys(g, "SINTER"); }},
    {5, [](ProgramGenerator& g) { return with_keys(g, "SUNION"); }},
    {5, [](ProgramGenerator& g) { return with_keys(g, "SDIFF"); }},
    {6, [](ProgramGenerator& g) { return with_keys(g, "SINTERSTORE"); }},
    {6, [](ProgramGenerator& g) { return with_keys(g, "SUNIONSTORE"); }},
    {6, [](ProgramGenerator& g) { return with_keys(g, "SDIFFSTORE"); }},
    {4, sintercard},
    {3, [](ProgramGenerator& g) { return scan_of(g, "SSCAN"); }},
    {5, sort},
    {24, [](ProgramGenerator& g) { return hset(g, "HSET"); }},
    {4, [](ProgramGenerator& g) { return hset(g, "HMSET"); }},
    {6,
     [](ProgramGenerator& g) {
       return Args{"HSETNX", g.key(), g.member(), g.value()};
     }},
    {8,
     [](ProgramGenerator& g) {
       return Args{"HGET", g.key(), g.member()};
     }},
    {5, [](ProgramGenerator& g) { return with_fields(g, "HMGET"); }},
    {6, [](ProgramGenerator& g) { return Args{"HGETALL", g.key()}; }},
    {10, [](ProgramGenerator& g) { return with_fields(g, "HDEL"); }},
    {3, [](ProgramGenerator& g) { return Args{"HEXISTS", g.key(), g.member()}; }},
    {4, [](ProgramGenerator& g) { return Args{"HLEN", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"HSTRLEN", g.key(), g.member()}; }},
    {3, [](ProgramGenerator& g) { return Args{"HKEYS", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"HVALS", g.key()}; }},
    {8, [](ProgramGenerator& g) { return Args{"HINCRBY", g.key(), g.member(), g.integer()}; }},
    {8, [](ProgramGenerator& g) { return Args{"HINCRBYFLOAT", g.key(), g.member(), g.real()}; }},
    {4, hrandfield},
    {3, [](ProgramGenerator& g) { return scan_of(g, "HSCAN"); }},
    {16, [](ProgramGenerator& g) { return push(g, "LPUSH"); }},
    {16, [](ProgramGenerator& g) { return push(g, "RPUSH"); }},
    {4, [](ProgramGenerator& g) { return push(g, "LPUSHX"); }},
    {4, [](ProgramGenerator& g) { return push(g, "RPUSHX"); }},
    {6, [](ProgramGenerator& g) { return pop(g, "LPOP"); }},
    {6, [](ProgramGenerator& g) { return pop(g, "RPOP"); }},
    {4, lmpop},
    {10, lmove},
    {4, [](ProgramGenerator& g) { return Args{"RPOPLPUSH", g.key(), g.key()}; }},
    {4, [](ProgramGenerator& g) { return Args{"LLEN", g.key()}; }},
    {6, [](ProgramGenerator& g) { return Args{"LINDEX", g.key(), g.index()}; }},
    {8, [](ProgramGenerator& g) { return Args{"LRANGE", g.key(), g.index(), g.index()}; }},
    {6, lpos},
    {8, [](ProgramGenerator& g) { return Args{"LSET", g.key(), CommandMakers::place(g), g.member()}; }},
    {8, linsert},
    {6, [](ProgramGenerator& g) { return Args{"LREM", g.key(), CommandMakers::place(g), g.member()}; }},
    {5, [](ProgramGenerator& g) { return Args{"LTRIM", g.key(), g.index(), g.index()}; }},
    {30, zadd},
    {8, [](ProgramGenerator& g) { return Args{"ZINCRBY", g.key(), g.score(), g.member()}; }},
    {8, [](ProgramGenerator& g) { return with_fields(g, "ZREM"); }},
    {3, [](ProgramGenerator& g) { return Args{"ZCARD", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"ZSCORE", g.key(), g.member()}; }},
    {3, [](ProgramGenerator& g) { return with_fields(g, "ZMSCORE"); }},
    {6, [](ProgramGenerator& g) { return Args{g.chance(50) ? "ZRANK" : "ZREVRANK", g.key(), g.member()}; }},
    {10, [](ProgramGenerator& g) { return zrange(g, false); }},
    {6, [](ProgramGenerator& g) { return zrange(g, true); }},
    {3, [](ProgramGenerator& g) { return zrange_by(g, "ZREVRANGE", rank); }},
    {3, [](ProgramGenerator& g) { return zrange_by(g, "ZRANGEBYSCORE", score); }},
    {3, [](ProgramGenerator& g) { return zrange_by(g, "ZREVRANGEBYSCORE", score); }},
    {2, [](ProgramGenerator& g) { return zrange_by(g, "ZRANGEBYLEX", member); }},
    {2, [](ProgramGenerator& g) { return zrange_by(g, "ZREVRANGEBYLEX", member); }},
    {3, [](ProgramGenerator& g) { return with_bounds(g, "ZCOUNT", score); }},
    {3, [](ProgramGenerator& g) { return with_bounds(g, "ZLEXCOUNT", member); }},
    {2, [](ProgramGenerator& g) { return with_bounds(g, "ZREMRANGEBYRANK", rank); }},
    {3, [](ProgramGenerator& g) { return with_bounds(g, "ZREMRANGEBYSCORE", score); }},
    {2, [](ProgramGenerator& g) { return with_bounds(g, "ZREMRANGEBYLEX", member); }},
    {6, zadd_lexical},
    {5, zpop},
    {3, zmpop},
    {4, zrandmember},
    {3, [](ProgramGenerator& g) { return scan_of(g, "ZSCAN"); }},
    {4, [](ProgramGenerator& g) { return combine(g, {"ZUNION"}, false, false); }},
    {4, [](ProgramGenerator& g) { return combine(g, {"ZINTER"}, false, false); }},
    {4, [](ProgramGenerator& g) { return combine(g, {"ZDIFF"}, true, false); }},
    {5, [](ProgramGenerator& g) { return combine(g, {"ZUNIONSTORE", g.key()}, false, true); }},
    {4, [](ProgramGenerator& g) { return combine(g, {"ZINTERSTORE", g.key()}, false, true); }},
    {4, [](ProgramGenerator& g) { return combine(g, {"ZDIFFSTORE", g.key()}, true, true); }},
    {2, zintercard},
    {8, [](ProgramGenerator& g) { return with_keys(g, "DEL", 3); }},
    {4, [](ProgramGenerator& g) { return with_keys(g, "UNLINK", 3); }},
    {4, [](ProgramGenerator& g) { return with_keys(g, "EXISTS", 3); }},
    {2, [](ProgramGenerator& g) { return with_keys(g, "TOUCH", 3); }},
    {4, [](ProgramGenerator& g) { return Args{"TYPE", g.key()}; }},
    {20, expire},
    {6, [](ProgramGenerator& g) { return Args{"PERSIST", g.key()}; }},
    {4, [](ProgramGenerator& g) { return Args{"TTL", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"PTTL", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"EXPIRETIME", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"PEXPIRETIME", g.key()}; }},
    {3, [](ProgramGenerator& g) { return Args{"KEYS", g.pattern()}; }},
    {3, scan},
    {1, [](ProgramGenerator&) { return Args{"RANDOMKEY"}; }},
    {1, [](ProgramGenerator&) { return Args{"DBSIZE"}; }},
    {8, [](ProgramGenerator& g) { return Args{"RENAME", g.key(), g.key()}; }},
    {6, [](ProgramGenerator& g) { return Args{"RENAMENX", g.key(), g.key()}; }},
    {6, [](ProgramGenerator& g) { return Args{"MOVE", g.key(), std::to_string(g.below(3))}; }},
    {10, copy},
    {10, object},
    {6, [](ProgramGenerator& g) { return Args{"SELECT", std::to_string(g.below(3))}; }},
    {20, [](ProgramGenerator&) { return Args{"MULTI"}; }},
    {28, [](ProgramGenerator&) { return Args{"EXEC"}; }},
    {2, [](ProgramGenerator&) { return Args{"DISCARD"}; }},
    {10, [](ProgramGenerator& g) { return with_keys(g, "WATCH", 3); }},
    {2, [](ProgramGenerator&) { return Args{"UNWATCH"}; }},
    {3, [](ProgramGenerator& g) { return Args{"PUBLISH", "channel", g.value()}; }},
    {2, [](ProgramGenerator& g) { return Args{"PING", g.value()}; }},
    {2, [](ProgramGenerator& g) { return Args{"ECHO", g.value()}; }},
    {4, rare},
};

std::span<const CommandMaker> command_makers() { return CommandMakers::kAll; }

}  // namespace larder::test
