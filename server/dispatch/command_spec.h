// The declaration of a command: one constexpr row per command and per subcommand, standing at the foot of the file in
// server/commands/ that holds its handler. Dispatch, COMMAND INFO/DOCS/GETKEYS, ACL categories, docs/commands.md
// and the oracle tests are all derived from the rows; nothing about a command is written down twice.
//
// What is true of a command stands in its row, as a bit or a field; no code compares a command's name.
//
// Invariants (checked at compile time by well_formed): names are lower case and unique; a subcommand is a row named
// "container|subcommand" and its container has a row with `.container = true`; every row has a summary, a version
// and, unless it is a mere container, a handler.
// Threads: rows are immutable, usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/clients/gate_mask.h"
#include "server/dispatch/key_spec.h"

namespace larder::protocol {
class ArgReader;
class ReplyWriter;
}  // namespace larder::protocol

namespace larder::store {
class KeySizes;
class Keyspace;
}  // namespace larder::store

namespace larder::server {

class CommandContext;

/// A handler that needs nothing but its arguments, the data and the reply. Can also run inside scripts later.
using DataHandler = void (*)(protocol::ArgReader&, store::Keyspace&, protocol::ReplyWriter&);
/// A handler that also needs the connection or the server: connection, pubsub, transactions and server commands.
using SessionHandler = void (*)(protocol::ArgReader&, CommandContext&, protocol::ReplyWriter&);

/// Executes a blocking command on one of the keys that it has been waiting for, on whichever thread; that key and those
/// that it does not wait for are held. Whether it has taken something from it or replied an error. Throws
/// std::bad_alloc, nothing taken.
using ServeHandler = bool (*)(protocol::ArgReader&, std::string_view key, store::Keyspace&, protocol::ReplyWriter&);

/// One of the two kinds of handler, or none (containers that only hold subcommands).
class Handler {
 public:
  enum class Kind : uint8_t { none, data, session };

  constexpr Handler() = default;
  constexpr Handler(DataHandler handler) : data_(handler), kind_(Kind::data) {}           // NOLINT: implicit
  constexpr Handler(SessionHandler handler) : session_(handler), kind_(Kind::session) {}  // NOLINT: implicit

  constexpr Kind kind() const { return kind_; }
  constexpr explicit operator bool() const { return kind_ != Kind::none; }
  /// Only valid for the kind asked for.
  constexpr DataHandler data() const { return data_; }
  constexpr SessionHandler session() const { return session_; }

 private:
  union {
    DataHandler data_ = nullptr;
    SessionHandler session_;
  };
  Kind kind_ = Kind::none;
};

/// Redis' command groups, named as COMMAND DOCS names them (group_name).
enum class Group : uint8_t {
  string,
  set,
  hash,
  list,
  sorted_set,
  stream,
  bitmap,
  hyperloglog,
  geo,
  generic,
  pubsub,
  transactions,
  scripting,
  connection,
  server,
  cluster,
};
/// "string", "sorted-set", ...
std::string_view group_name(Group group);

/// What a command needs and does, as bits; the names on the wire are COMMAND INFO's.
using CommandFlags = uint32_t;
inline constexpr CommandFlags kWrite = 1u << 0;             // may change data
inline constexpr CommandFlags kReadOnly = 1u << 1;          // reads data, never changes it
inline constexpr CommandFlags kDenyOom = 1u << 2;           // refused when memory is above maxmemory after eviction
inline constexpr CommandFlags kAdmin = 1u << 3;             // for administrators
inline constexpr CommandFlags kPubsub = 1u << 4;            // about channels
inline constexpr CommandFlags kNoScript = 1u << 5;          // not from scripts
inline constexpr CommandFlags kBlocking = 1u << 6;          // may block the client
inline constexpr CommandFlags kLoading = 1u << 7;           // allowed while a dataset is loaded
inline constexpr CommandFlags kStale = 1u << 8;             // allowed on a replica without its master
inline constexpr CommandFlags kSkipMonitor = 1u << 9;       // not shown to MONITOR
inline constexpr CommandFlags kSkipSlowlog = 1u << 10;      // not in the slow log
inline constexpr CommandFlags kAsking = 1u << 11;           // cluster: accepts an importing slot
inline constexpr CommandFlags kFast = 1u << 12;             // O(1) or O(log N)
inline constexpr CommandFlags kNoAuth = 1u << 13;           // allowed before AUTH
inline constexpr CommandFlags kMayReplicate = 1u << 14;     // sent to replicas although it writes no data; not shown
inline constexpr CommandFlags kNoMandatoryKeys = 1u << 15;  // keys are optional
inline constexpr CommandFlags kNoAsyncLoading = 1u << 16;   // refused during an asynchronous load
inline constexpr CommandFlags kAllowBusy = 1u << 17;        // allowed while a script runs too long
inline constexpr CommandFlags kNoMulti = 1u << 18;          // refused inside MULTI
// The following are not shown: COMMAND INFO has no names for them.
inline constexpr CommandFlags kProtected = 1u << 19;         // needs enable-<name>-command (DEBUG, MODULE)
inline constexpr CommandFlags kRunsInMulti = 1u << 20;       // runs at once inside MULTI instead of being queued
inline constexpr CommandFlags kRunsQueue = 1u << 21;         // EXEC: does whatever the queued commands do
inline constexpr CommandFlags kInSubscriberMode = 1u << 22;  // allowed to a subscriber in RESP2
inline constexpr CommandFlags kStopsThreads = 1u << 23;      // stops all other I/O threads while it runs
inline constexpr CommandFlags kAlwaysTouches = 1u << 24;     // marks keys as used in spite of CLIENT NO-TOUCH

/// ACL categories as bits, in the order of ACL CAT. Derived by acl_categories(); rows only name what cannot be derived.
using AclCategories = uint32_t;
inline constexpr AclCategories kAclKeyspace = 1u << 0;
inline constexpr AclCategories kAclRead = 1u << 1;
inline constexpr AclCategories kAclWrite = 1u << 2;
inline constexpr AclCategories kAclSet = 1u << 3;
inline constexpr AclCategories kAclSortedSet = 1u << 4;
inline constexpr AclCategories kAclList = 1u << 5;
inline constexpr AclCategories kAclHash = 1u << 6;
inline constexpr AclCategories kAclString = 1u << 7;
inline constexpr AclCategories kAclBitmap = 1u << 8;
inline constexpr AclCategories kAclHyperLogLog = 1u << 9;
inline constexpr AclCategories kAclGeo = 1u << 10;
inline constexpr AclCategories kAclStream = 1u << 11;
inline constexpr AclCategories kAclPubsub = 1u << 12;
inline constexpr AclCategories kAclAdmin = 1u << 13;
inline constexpr AclCategories kAclFast = 1u << 14;
inline constexpr AclCategories kAclSlow = 1u << 15;
inline constexpr AclCategories kAclBlocking = 1u << 16;
inline constexpr AclCategories kAclDangerous = 1u << 17;
inline constexpr AclCategories kAclConnection = 1u << 18;
inline constexpr AclCategories kAclTransaction = 1u << 19;
inline constexpr AclCategories kAclScripting = 1u << 20;

/// How many arguments a command takes, counted with its name, in Redis' form: n = exactly n, -n = at least n.
using Arity = int16_t;
constexpr Arity exactly(int n) { return static_cast<Arity>(n); }
constexpr Arity at_least(int n) { return static_cast<Arity>(-n); }
constexpr bool accepts(Arity arity, size_t argument_count) {
  return arity >= 0 ? argument_count == static_cast<size_t>(arity) : argument_count >= static_cast<size_t>(-arity);
}

/// What dispatch locks before it calls the handler.
enum class Locking : uint8_t {
  keys,          // the shards of the declared keys; nothing when there are none
  all_shards,    // every shard: the command acts on the whole data set at one instant
  walk,          // nothing: Keyspace locks shard after shard as the handler comes across them, to the command's end
  none,          // nothing: the handler needs no data, or locks by itself what it looks at
  by_arguments,  // one of the above, as the row's locking_for says
};

enum class ArgType : uint8_t { string, integer, real, key, pattern, unix_time, pure_token, oneof, block };

/// One argument of a command, for COMMAND DOCS and interactive clients. oneof and block hold further arguments.
struct ArgSpec {
  std::string_view name{};
  ArgType type = ArgType::string;
  std::string_view token{};  // a literal word before the value (or alone, for pure_token)
  std::string_view since{};  // the version that added it, if later than the command
  std::string_view deprecated_since{};
  bool optional = false;
  bool multiple = false;            // may be repeated
  bool multiple_token = false;      // the token is repeated with it
  uint8_t key_spec = 0;             // for keys: which of the command's key specifications describes it
  std::span<const ArgSpec> args{};  // of oneof and block
};

/// A version and what changed in it.
struct HistoryEntry {
  std::string_view version;
  std::string_view change;
};

/// What stands in the place of a secret argument.
inline constexpr std::string_view kRedacted = "(redacted)";

/// The gates that may stop a command. Transactions queue nearly everything, and a pause may stop anything.
constexpr GateMask gates_for(CommandFlags flags, bool has_handler) {
  GateMask gates = kGateTransaction | kGatePause;
  if (!has_handler) gates |= kGateArity;  // a container by itself lacks an argument
  if ((flags & kProtected) != 0) gates |= kGatePermission;
  if ((flags & kNoAuth) == 0) gates |= kGatePassword;
  if ((flags & kDenyOom) != 0) gates |= kGateMemory;
  if ((flags & (kWrite | kRunsQueue)) != 0) gates |= kGateReplicas;
  if ((flags & kInSubscriberMode) == 0) gates |= kGateSubscriber;
  return gates;
}

/// Tips of a command that a cluster's clients send to every node, and that must succeed on all.
inline constexpr std::string_view kAllNodesSucceed[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};

struct CommandSpec {
  std::string_view name{};  // lower case; "config|get" for a subcommand
  Group group = Group::generic;
  std::string_view since{};  // the Redis version that introduced it
  Arity arity = 0;
  CommandFlags flags = 0;
  KeySpecs keys{};
  KeyUse (*key_use)(std::span<const std::string_view> args) = nullptr;  // what is really done, for KeyUse::variable
  AclCategories extra_acl = 0;                                          // beyond those derived from the group and flags
  std::string_view complexity{};
  std::string_view summary{};
  std::span<const std::string_view> tips{};
  std::span<const HistoryEntry> history{};
  std::span<const ArgSpec> args{};
  std::string_view deprecated_since{};
  std::string_view replaced_by{};
  bool system = false;     // "syscmd" in COMMAND DOCS: not meant for applications
  bool container = false;  // has subcommands
  Locking locking = Locking::keys;
  Locking (*locking_for)(std::span<const std::string_view> args) = nullptr;  // for Locking::by_arguments
  /// Replaces the arguments that MONITOR and the slow log must not show by kRedacted.
  void (*hide_secrets)(std::span<std::string_view> args) = nullptr;
  /// About how many bytes the data may grow by where that does not follow from the size of the request, never much
  /// less; 0 for arguments that the handler refuses. Asked only while there is a memory limit, before anything is
  /// locked.
  uint64_t (*grows_by)(std::span<const std::string_view> args, const store::KeySizes& sizes) = nullptr;
  Handler handler{};
  /// Of a blocking command: how it goes on once there is something at a key that it waits for.
  ServeHandler serve = nullptr;
  uint8_t first_key = single_key_position(keys);                  // derived: the only key's position, or 0
  GateMask gates = gates_for(flags, static_cast<bool>(handler));  // derived: the gates that may stop it

  constexpr bool is(CommandFlags bits) const { return (flags & bits) != 0; }
  /// What is to be locked for a request of these arguments; never by_arguments.
  constexpr Locking locking_of(std::span<const std::string_view> args) const {
    return locking_for == nullptr ? locking : locking_for(args);
  }
  constexpr bool is_subcommand() const { return name.find('|') != std::string_view::npos; }
  /// "config" for "config|get"; the name itself otherwise.
  constexpr std::string_view container_name() const { return name.substr(0, name.find('|')); }
  /// "get" for "config|get"; the name itself otherwise.
  constexpr std::string_view own_name() const { return name.substr(is_subcommand() ? name.find('|') + 1 : 0); }
};

/// All categories of a command: from its group, its flags and extra_acl.
AclCategories acl_categories(const CommandSpec& spec);
/// Whether the keys cannot be told from the legacy triple (first, last, step) alone: "movablekeys" in COMMAND INFO.
bool has_movable_keys(const CommandSpec& spec);

namespace detail {

constexpr bool lower_case_name(std::string_view name) {
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '|')) return false;
  }
  return !name.empty() && name.front() != '|' && name.back() != '|';
}

constexpr bool keys_within_arity(const CommandSpec& spec) {
  const int least = spec.arity < 0 ? -spec.arity : spec.arity;
  for (const KeySpec& key : spec.keys) {
    if (key.begin != KeySpec::Begin::index) continue;
    if (key.position <= 0 || key.step <= 0) return false;
    const bool mandatory = !spec.is(kNoMandatoryKeys) && !has(key.use, KeyUse::not_key);
    const bool may_be_none = &key != spec.keys.begin() && key.last < 0;  // the sources of PFMERGE
    if (mandatory && !may_be_none && key.position >= least) return false;
  }
  return true;
}

constexpr bool key_uses_fit(const CommandSpec& spec) {
  constexpr KeyUse kChanges = KeyUse::rw | KeyUse::ow | KeyUse::rm;
  for (const KeySpec& key : spec.keys) {
    if (has(key.use, KeyUse::not_key)) continue;
    if (key.use == KeyUse::none) return false;
    // PFCOUNT keeps what it has counted in the value.
    if (spec.is(kReadOnly) && !spec.is(kMayReplicate) && has(key.use, kChanges)) return false;
    if (has(key.use, KeyUse::variable) != (spec.key_use != nullptr)) return false;
  }
  return true;
}

}  // namespace detail

/// Longest name that the table of commands can hold, of a command or of a subcommand without its container.
inline constexpr size_t kMaxCommandName = 24;

/// Compile-time check of one row: name, documentation, arity, keys and flags agree.
constexpr bool well_formed(const CommandSpec& spec) {
  const bool documented = !spec.summary.empty() && !spec.since.empty() && (!spec.complexity.empty() || spec.container);
  const bool callable = spec.container || spec.handler;
  const bool read_or_write = !(spec.is(kReadOnly) && spec.is(kWrite));
  const bool lockable = (spec.locking == Locking::by_arguments) == (spec.locking_for != nullptr);
  const bool named = detail::lower_case_name(spec.name) && spec.own_name().size() <= kMaxCommandName;
  return named && documented && callable && read_or_write && lockable && spec.arity != 0 &&
         detail::keys_within_arity(spec) && detail::key_uses_fit(spec) &&
         (spec.grows_by == nullptr || spec.is(kDenyOom));
}

/// Compile-time check of a group's rows: each is well formed, names are unique, subcommands follow their container.
template <size_t N>
constexpr bool well_formed(const CommandSpec (&rows)[N]) {
  for (size_t i = 0; i < N; ++i) {
    if (!well_formed(rows[i])) return false;
    bool has_container = !rows[i].is_subcommand();
    for (size_t j = 0; j < i; ++j) {
      if (rows[j].name == rows[i].name) return false;
      if (rows[j].container && rows[j].name == rows[i].container_name()) has_container = true;
    }
    if (!has_container) return false;
  }
  return true;
}

}  // namespace larder::server
