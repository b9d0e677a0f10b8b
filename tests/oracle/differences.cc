// See differences.h. Redis 7.2.4 decides: an entry stands here when a reference does otherwise than that, never because
// Larder would rather.
#include "tests/oracle/differences.h"

namespace larder::test {
namespace {

// clang-format off
constexpr std::string_view kSetComparisons = "IFEQ came in Valkey 8.1 and Redis 8.4, the others in Redis 8.4";
constexpr std::string_view kBitOperations = "came in Redis 8.2";
constexpr std::string_view kFoundFirst = "the key is looked for before the other arguments are read";

constexpr Difference kRedis70[] = {
    {"since of client|pause", "\"2.9.50\"", "\"3.0.0\"", "corrected in 7.2"},
    {"tokens of client|kill", "*SKIPME ", "*SKIPME YES NO ", "YES and NO became tokens in 7.2"},
    {"CLIENT SETNAME \"*\\x00*\"", "-ERR Client names cannot contain *", "+OK", "names are C strings since 7.2"},
    {"CLIENT PAUSE 9223372036854775807", "+OK", "-ERR timeout is out of range", "7.0 lets the sum overflow"},
    {"WAIT 0 9223372036854775807", ":0", "-ERR timeout is out of range", "7.0 lets the sum overflow"},
    {"OBJECT ENCODING twice", "\"listpack\"", "\"hashtable\"", "the number of fields given decides since 7.2"},
    {"OBJECT ENCODING twice", "\"listpack\"", "\"skiplist\"", "the number of elements given decides since 7.2"},
    {"OBJECT ENCODING again", "\"listpack\"", "\"skiplist\"", "the same"},
    {"tokens of zrank", "", "WITHSCORE ", "came with 7.2"},
    {"tokens of zrevrank", "", "WITHSCORE ", "came with 7.2"},
    {"DEBUG PROTOCOL push", "push[*", "\"Some real reply*", "pushes wait for the end of the command since 7.2"},
    {"DEBUG PROTOCOL push", "\"Some real reply*", "push[*", "the same"},
    {"tokens of set", "*", "*IFEQ*", kSetComparisons},
    {"tokens of bitop", "*", "*DIFF*", kBitOperations},
    {"BITCOUNT *", ":0", "-ERR *", kFoundFirst},
    {"BITCOUNT *", "-WRONGTYPE *", "-ERR *", kFoundFirst},
    {"BITPOS *", ":0", "-ERR *", kFoundFirst},
    {"BITPOS *", ":-1", "-ERR *", kFoundFirst},
    {"BITPOS *", "-WRONGTYPE *", "-ERR *", kFoundFirst},
};

constexpr Wording kRedis70Words[] = {
    {"* HELP", "Prints this help", "Print this help", "corrected in 7.2"},
    {"row of wait", "[+]noscript", "", "allowed to scripts since 7.2"},
    {"row of bl*", ", [+]noscript", "", "allowed to scripts since 7.2"},
    {"row of br*", ", [+]noscript", "", "allowed to scripts since 7.2"},
    {"row of bz*", ", [+]noscript", "", "allowed to scripts since 7.2"},
    {"row of cluster|slots", "[+]stale", "+loading, +stale", "allowed while loading since 7.2"},
    {"row of cluster|shards", "[+]stale", "+loading, +stale", "allowed while loading since 7.2"},
};

constexpr std::string_view kPastDeadline =
    "SET with a deadline in the past stores nothing; Redis stores the value and then finds it expired";
constexpr std::string_view kNoMulti = "a flag of MULTI and WATCH; refused inside MULTI, it makes EXEC fail";
constexpr std::string_view kCrlf = "what stands behind an argument must be CR and LF; Redis skips two bytes";
constexpr std::string_view kCommandLog = "COMMANDLOG takes SLOWLOG's place";

// What Valkey and Redis 8 have in common.
constexpr Difference kSince72[] = {
    {"SCAN \" 0\"", "[\"0\", []]", "-ERR invalid cursor", "blanks before a cursor"},
    {"*SCAN *", "-ERR invalid cursor", "[\"0\", []]", "no cursor is negative or empty; Redis reads both as numbers"},
    {"SSCAN s 0 NOVALUES", "-ERR NOVALUES option can only be used in HSCAN", "-ERR syntax error",
     "an option of HSCAN that came later"},
    {"CONFIG SET maxmemory-samples *", "*between 1 and 64 inclusive", "*between 1 and 2147483647 inclusive",
     "samples are at most 64"},
    {"CONFIG SET maxmemory-samples *", "*between 1 and 64 inclusive", "+OK", "samples are at most 64"},
    {"CONFIG GET maxmemory-samples", "*\"64\"]", "*\"100\"]", "the setting before was refused"},
    {"GET k", "+QUEUED", "-OOM command not allowed when used memory > 'maxmemory'.",
     "out of memory, MULTI still queues what takes none"},
    {"EXEC", "[(n*)]", "-EXECABORT Transaction discarded because of previous errors.", "the same"},
    {"OBJECT ENCODING*", "\"raw\"", "\"embstr\"", "the key is embedded too, so that less room is left for the value"},
    {"OBJECT REFCOUNT *", ":1", ":2147483647", "small integers are not shared"},
    {"row of sinterstore", "*+OW, +update*", "*+RW, +update*", "a correction"},
    {"COMMAND GETKEYSANDFLAGS SINTERSTORE d a b", "*+OW, +update*", "*+RW, +update*", "a correction"},
    {"COMMAND LIST FILTERBY ACLCAT blocking", "*bzpopmin wait waitaof ", "*bzpopmin ", "flags were corrected"},
    {"row of wait*", "*+blocking*", "*", "flags were corrected"},
    {"tokens of client|kill", "*MAXAGE *", "*SKIPME YES NO ", "MAXAGE came later"},
    {"cluster|slot-stats", "offered", "not offered", "came later"},
};

constexpr Wording kSince72Words[] = {
    {"CLIENT *", " multi=0 watch=0", " multi=-1", "0 outside MULTI until there has been one"},
    {"CLIENT *", " watch=[0-9]+", "", "came later"},
    {"CLIENT *", "( io-thread=[0-9]+)? tot-net-in=[0-9]+ tot-net-out=[0-9]+ tot-cmds=[0-9]+", "", "came later"},
    {"DEBUG OBJECT *", "refcount:1 encoding:int ", "refcount:2147483647 encoding:int ",
     "small integers are not shared"},
};

constexpr Difference kValkey[] = {
    {"CLIENT UNBLOCK 999999 ERROR x", ":0", "-ERR *", "what stands behind the last argument is ignored"},
    // Errors in other words, and arguments that are checked where Redis takes anything.
    {"CLIENT LIST ID *", "-ERR syntax error", "-ERR Invalid client ID", "other words"},
    {"CLIENT LIST ID *", "-ERR client-id should be greater than 0", "*", "Redis finds no such client"},
    {"CLIENT LIST ID *", "*", "*id=*id=*", "a client that is named twice is listed once"},
    {"CLIENT KILL ID abc", "-ERR syntax error", "-ERR client-id should be greater than 0", "other words"},
    {"CLIENT PAUSE 100 WRITE x", "+OK", "-ERR unknown subcommand or wrong number*", "more arguments are not looked at"},
    {"SCAN *", "-ERR unknown type name *", "*", "Redis finds no key of such a type"},

    // Transactions.
    {"MULTI", "-ERR Command not allowed inside a transaction", "-ERR MULTI calls can not be nested", kNoMulti},
    {"WATCH *", "-ERR Command not allowed inside a transaction", "-ERR WATCH inside MULTI is not allowed", kNoMulti},
    {"EXEC", "-EXECABORT Transaction discarded because of previous errors.", "[+PONG*", kNoMulti},
    {"EXEC", "[+PONG]", "(n*)", kPastDeadline},  // so that it does not touch a key that was absent
    {"DBSIZE", ":0", ":1", kPastDeadline},
    {"INFO stats: expired_keys", "*", "*", "SET with a deadline in the past is counted at once"},

    // Requests.
    {"raw: *PINGxx*", "-ERR Protocol error: invalid CRLF in request", "*", kCrlf},
    {"raw: *2\\n\\r*", "-ERR Protocol error: invalid CRLF in request",
     "-ERR Protocol error: invalid multibulk length", kCrlf},
    {"PING", "(closed after \"\")", "+PONG", kCrlf},
    {"PING", "-ERR unknown command '*1', with args beginning with: ", "+PONG",
     "behind a line of blanks the next request is taken for an inline one"},
    {"raw: SET k a\\x01\\x7f\\xff\\r\\n*", "\"a\\x01\\x7f\"", "\"a\\x01\\x7f\\xff\"",
     "bytes above 127 may count as blanks"},

    // Sorted sets.
    {"ZR*LIMIT -*", "[*]", "[]", "of a skiplist, a negative offset counts from the end of the range"},

    // The table of commands.
    {"tokens of zscan", "MATCH COUNT NOSCORES ", "MATCH COUNT ", "NOSCORES is Valkey's own"},
    {"row of memory|*", "*+loading*", "*", "allowed while loading, as other administrative commands"},
    {"deprecated_since of slowlog*", "\"8.1.0\"", "(none)", kCommandLog},
    {"tokens of client|kill", "*", "*", "PRIMARY and MAXAGE came later"},
    {"tokens of client|list", "*", "*", "the filters of CLIENT KILL came later"},
    {"tokens of set", "*IFEQ*", "*IFEQ*", kSetComparisons},
    {"tokens of bitop", "*", "*DIFF*", kBitOperations},
    {"tokens of bitcount", "*", "*", "an end may be left out"},
    {"BITCOUNT *", "*", "-ERR syntax error", "an end may be left out"},
    {"BITCOUNT *", "-ERR syntax error", "-ERR value is not an integer or out of range", "the end is read last"},
    {"client|capa", "offered", "not offered", "came later"},
    {"client|import-source", "offered", "not offered", "came later"},
    {"tokens of cluster|setslot", "*TIMEOUT *", "*STABLE ", "TIMEOUT came later"},
    {"deprecated_since of cluster|slots", "(none)", "\"7.0.0\"", "not deprecated any more"},
    {"READ*", "+OK", "-ERR This instance has cluster support disabled", "of use to a replica without a cluster, too"},
};

constexpr Wording kValkeyWords[] = {
    {"row of *", "skip_commandlog", "skip_slowlog", kCommandLog},
    {"row of *", "[+]no_multi, ", "", kNoMulti},
    {"CLIENT *", " capa=[a-z]*", "", "came later"},
    {"row of cluster|*", "[+]loading, ", "", "allowed while loading"},
    {"DEBUG OBJECT *", " lfu_freq:[0-9]+ lfu_access_time_minutes:[0-9]+", "", "both clocks are always shown"},
    {"(event)", "expired", "del", "EXPIRE and GETEX with a deadline in the past; Redis calls that a deletion"},
};

// Only what is not of every Valkey.
constexpr std::string_view kLua = "the interpreter of scripts is a module";
constexpr std::string_view kNamed = "names the command";
constexpr std::string_view kNoAuthFirst = "who has not said the password learns nothing else";

constexpr Difference kValkey91[] = {
    {"ZCOUNT z \" 1\" \" 16\"", "-ERR min or max is not a float", ":2", "no blanks before a number"},
    {"ZCOUNT z 0 0x10", "-ERR min or max is not a float", ":3", "no hexadecimal numbers"},
    {"ZADD hex 0x10 m", "-ERR value is not a valid float", ":1", "no hexadecimal numbers"},
    {"ZSCORE hex m", "(n*)", "*16*", "the same"},
    {"DEL hex", ":0", ":1", "the same"},
    {"BITFIELD f GET \"u8\\x00x\" 0", "-ERR Invalid bitfield type*", "[:0]", "a NUL does not end the type"},
    {"MSETEX *", "-ERR invalid numkeys value or out of range", "-ERR invalid numkeys value", "other words"},
    {"MSETEX *", "-ERR syntax error", "-ERR wrong number of key-value pairs", "other words"},
    {"HELLO*", "*\"redis\"*\"modules\"*\"lua\"*", "*\"redis\"*\"modules\"*[]]", kLua},
    {"MODULE LIST", "[*\"lua\"*]", "[]", kLua},
    {"*", "-NOAUTH Authentication required.", "-ERR *", kNoAuthFirst},
    {"CONFIG SET maxmemory 18446744073709551616", "*must be a memory value", "+OK",
     "2^64 does not fit; Redis takes it as 2^64 - 1"},
    {"GETEX nothing *", "-ERR *", "(n*)", "options are checked before the key is looked for"},
    {"CLUSTER KEYSLOT *", ":*", "-ERR This instance has cluster support disabled", "needs no cluster to answer"},
    {"LOLWUT *", "-ERR Syntax error. Use: LOLWUT*", "*", "art with other arguments"},
    {"MULTI", "-ERR Command 'multi' not allowed inside a transaction", "-ERR MULTI calls can not be nested", kNamed},
    {"WATCH *", "-ERR Command 'watch' not allowed inside a transaction",
     "-ERR WATCH inside MULTI is not allowed", kNamed},
    {"*", "-ERR Command '*' not allowed inside a transaction", "-ERR Command not allowed inside a transaction", kNamed},
    {"OBJECT ENCODING*", "\"embstr\"", "\"raw\"", "longer strings are embedded"},
    {"deprecated_since of *", "(none)", "*", "not deprecated any more"},
    {"tokens of cluster|replicate", "NO ONE ", "", "came later"},
    {"row of cluster|replicate", "*", "*", "REPLICATE NO ONE came later"},
    {"tokens of shutdown", "*", "*", "SAFE and FAILOVER came later"},
    {"cluster|cancelslotmigrations", "offered", "not offered", "came later"},
    {"cluster|flushslot", "offered", "not offered", "came later"},
    {"cluster|getslotmigrations", "offered", "not offered", "came later"},
    {"cluster|migrateslots", "offered", "not offered", "came later"},
    {"cluster|syncslots", "offered", "not offered", "came later"},
};

constexpr Wording kValkey91Words[] = {
    {"row of client|*", "[+]allow_busy, ", "", "allowed while a script runs too long"},
    {"row of client|reply", "[+]no_multi, ", "", kNoMulti},
    {"row of select", "[+]allow_busy, ", "", "allowed while a script runs too long"},
    {"DEBUG OBJECT *", "encoding:embstr", "encoding:raw", "longer strings are embedded"},
    {"sections of INFO *", "TLS |Scripting ", "", "came later"},
    {"sections of INFO *", "Cluster Cluster ", "Cluster ", "shown twice"},
    {"INFO keyspace", ",keys_with_volatile_items=0", "", "came later"},
    {"INFO commandstats", "cmdstat_config[|]get [^\n]*\n", "", "the server asks itself"},
};

constexpr std::string_view kVectorset = "vector sets are a module";

constexpr Difference kRedis82[] = {
    {"ZCOUNT z \" 1\" \" 16\"", "-ERR min or max is not a float", ":2", "no blanks before a number"},
    {"ZCOUNT z 0 0x10", "-ERR min or max is not a float", ":3", "no hexadecimal numbers"},
    {"tokens of set", "*", "*IFEQ*", kSetComparisons},
    {"HELLO*", "*\"redis\"*\"modules\"*\"vectorset\"*", "*\"redis\"*\"modules\"*[]]", kVectorset},
    {"MODULE LIST", "[*\"vectorset\"*]", "[]", kVectorset},
    {"CONFIG SET maxmemory 1844674407370955161*", "*must be greater or equal to 0", "+OK", "sizes are signed"},
    {"CONFIG GET maxmemory", "*\"0\"]", "*\"18446744073709551615\"]", "the setting before was refused"},
    {"CONFIG SET *", "*argument must be greater or equal to 0",
     "*argument must be between 0 and 9223372036854775807 inclusive", "other words"},
};

constexpr Wording kRedis82Words[] = {
    {"sections of INFO *", "Threads |Keysizes ", "", "came later"},
    {"INFO keyspace", ",subexpiry=0", "", "came later"},
};
// clang-format on

}  // namespace

std::span<const Difference> differences_of_redis_70() { return kRedis70; }
std::span<const Wording> wordings_of_redis_70() { return kRedis70Words; }
std::span<const Difference> differences_since_72() { return kSince72; }
std::span<const Wording> wordings_since_72() { return kSince72Words; }
std::span<const Difference> differences_of_valkey() { return kValkey; }
std::span<const Wording> wordings_of_valkey() { return kValkeyWords; }
std::span<const Difference> differences_of_valkey_91() { return kValkey91; }
std::span<const Wording> wordings_of_valkey_91() { return kValkey91Words; }
std::span<const Difference> differences_of_redis_82() { return kRedis82; }
std::span<const Wording> wordings_of_redis_82() { return kRedis82Words; }

}  // namespace larder::test
