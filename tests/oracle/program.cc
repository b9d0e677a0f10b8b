// See program.h.
#include "tests/oracle/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>

#include "tests/oracle/events.h"
#include "tests/oracle/reference.h"
#include "tests/oracle/rules.h"
#include "tests/oracle/state.h"

namespace larder::test {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

/// A whole scan whose COUNT exceeds any data of these programs ends in one page; others are cut where the server likes.
std::string rule_for_scan(const Args& command, size_t cursor) {
  if (command.size() <= cursor || command[cursor] != "0") return "kind";
  for (size_t i = 1; i + 1 < command.size(); ++i) {
    if (lower(command[i]) == "count" && std::strtoll(command[i + 1].c_str(), nullptr, 10) >= 1000) return "one_page";
  }
  return "kind";
}

/// The same for HSCAN, whose fields and values come as a map does.
std::string rule_for_hscan(const Args& command) {
  const std::string rule = rule_for_scan(command, 2);
  const bool pairs =
      std::none_of(command.begin(), command.end(), [](const auto& word) { return lower(word) == "novalues"; });
  return rule == "one_page" && pairs ? "one_page_of_pairs" : rule;
}

std::string rule_for_zrandmember(const Args& command) {
  if (command.size() < 3) return "kind";
  if (std::strtoll(command[2].c_str(), nullptr, 10) < 1000) return "shape";
  return command.size() == 3 ? "unordered" : "unordered_scores";
}

std::string rule_for_hrandfield(const Args& command) {
  if (command.size() < 3) return "kind";
  if (std::strtoll(command[2].c_str(), nullptr, 10) < 1000) return "shape";
  return command.size() == 3 ? "unordered" : "unordered_pairs";
}

std::string rule_for_srandmember(const Args& command) {
  if (command.size() != 3) return "kind";
  return std::strtoll(command[2].c_str(), nullptr, 10) >= 1000 ? "unordered" : "shape";
}

}  // namespace

std::string rule_for(const Args& command) {
  static const std::map<std::string, std::string> kRules = {
      {"dbsize", "kind"},  // Redis counts expired keys until it meets them
      {"expiretime", "within:2"},
      {"hello", "hello"},
      {"hgetall", "unordered_map"},
      {"hkeys", "unordered"},
      {"hvals", "unordered"},
      {"keys", "unordered"},
      {"pexpiretime", "within:5000"},
      {"pttl", "within:5000"},
      {"randomkey", "kind"},
      {"sdiff", "unordered"},
      {"sinter", "unordered"},
      {"smembers", "unordered"},
      {"spop", "unordered"},
      {"sunion", "unordered"},
      {"ttl", "within:2"},
      {"zadd", "scores"},
      {"zdiff", "scores"},
      {"zincrby", "scores"},
      {"zinter", "scores"},
      {"zmpop", "scores"},
      {"zmscore", "scores"},
      {"zpopmax", "scores"},
      {"zpopmin", "scores"},
      {"zrange", "scores"},
      {"zrangebyscore", "scores"},
      {"zrevrange", "scores"},
      {"zrevrangebyscore", "scores"},
      {"zscore", "scores"},
      {"zunion", "scores"},
  };
  const std::string name = lower(command.at(0));
  if (name == "scan" || name == "sscan") return rule_for_scan(command, name == "scan" ? 1 : 2);
  if (name == "hscan") return rule_for_hscan(command);
  if (name == "zscan") return rule_for_scan(command, 2) == "one_page" ? "one_page_of_scores" : "kind";
  if (name == "zrandmember") return rule_for_zrandmember(command);
  if (name == "hrandfield") return rule_for_hrandfield(command);
  if (name == "srandmember") return rule_for_srandmember(command);
  if (name == "object" && command.size() > 1) {
    if (lower(command[1]) == "encoding") return "encoding_72";
    if (lower(command[1]) == "idletime") return "kind";  // of a shared integer it is the time since the server began
    if (lower(command[1]) == "refcount") return "refcount";
  }
  const auto found = kRules.find(name);
  return found != kRules.end() ? found->second : "";
}

std::string script_of(const Program& program) {
  std::string result;
  for (const Step& step : program) {
    const std::string rule = rule_for(step.command);
    result += fmt::format("    (c{}) {}{}{}\n", step.connection, rule.empty() ? "" : "[" + rule + "] ",
                          quoted(step.command), step.pipelined ? "   # in one piece with the next" : "");
  }
  return result;
}

Program without_nested_multi(Program program) {
  std::map<int, bool> in_multi;  // by connection
  std::erase_if(program, [&](const Step& step) {
    const std::string name = lower(step.command.at(0));
    bool& inside = in_multi[step.connection];
    if (name == "multi" || name == "watch") {
      if (inside) return true;
      inside = name == "multi" && step.command.size() == 1;
    } else if (name == "exec" || name == "discard" || name == "reset") {
      inside = inside && step.command.size() != 1;
    }
    return false;
  });
  return program;
}

Program without_timed_getex(Program program) {
  std::erase_if(program,
                [](const Step& step) { return lower(step.command.at(0)) == "getex" && step.command.size() > 3; });
  return program;
}

Program without_refused_bit_ranges(Program program) {
  const auto is_integer = [](const std::string& text) {
    int64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc() && end.ptr == text.data() + text.size() && std::to_string(value) == text;
  };
  const auto refused = [&](const Args& command, size_t first, size_t last) {
    const bool unit = command.size() > last && (lower(command[last]) == "bit" || lower(command[last]) == "byte");
    for (size_t i = first; i < command.size() - (unit ? 1 : 0); ++i) {
      if (!is_integer(command[i])) return true;
    }
    return command.size() > last + 1 || (command.size() > last && !unit);
  };
  std::erase_if(program, [&](const Step& step) {
    const Args& command = step.command;
    const std::string name = lower(command.at(0));
    if (name == "bitcount") return command.size() == 3 || refused(command, 2, 4);
    if (name != "bitpos" || command.size() < 3) return false;
    return (command[2] != "0" && command[2] != "1") || refused(command, 2, 5);
  });
  return program;
}

/// One run of one program.
class ProgramRunner::Run {
 public:
  Run(ServerPair& servers, int version) : servers_(servers), control_(servers, 2), events_(servers, 2) {
    control_.call({"FLUSHALL"});
    control_.call({"CONFIG", "SET", "notify-keyspace-events", "EAmn"});
    for (auto& connection : connections_) connection.link = std::make_unique<Link>(servers, version);
    events_.call({"PSUBSCRIBE", "*"});
  }

  std::optional<std::string> run(const Program& program) {
    for (size_t i = 0; i < program.size();) {
      size_t end = i + 1;
      while (end < program.size() && program[end - 1].pipelined && program[end].connection == program[i].connection)
        ++end;
      if (auto difference = run_batch(program, i, end)) return difference;
      i = end;
    }
    if (auto difference = compare_events()) return difference;
    const State theirs = read_state(control_.theirs());
    const State ours = read_state(control_.ours());
    const std::string difference = state_difference(theirs, ours, servers_.self_check());
    if (!difference.empty()) return "the keys left differ:\n" + difference;
    return {};
  }

 private:
  struct Connection {
    std::unique_ptr<Link> link;
    bool queueing = false;
    std::vector<Args> queued;  // whose replies EXEC will bring
  };

  std::optional<std::string> run_batch(const Program& program, size_t begin, size_t end) {
    Connection& connection = connections_.at(static_cast<size_t>(program[begin].connection));
    std::string bytes;
    for (size_t i = begin; i < end; ++i) bytes += encode_command(program[i].command);
    connection.link->send_raw(bytes);
    for (size_t i = begin; i < end; ++i) {
      const Link::Both replies = connection.link->receive();
      if (!same(connection, program[i].command, replies))
        return fmt::format("step {}: {}\n  {}: {}\n  larder: {}", i + 1, quoted(program[i].command), reference().name,
                           show(replies.theirs), show(replies.ours));
      follow(connection, program[i].command, replies.theirs.value);
    }
    return {};
  }

  static std::string show(const Received& received) {
    return received.ok() ? describe(received.value, 1000) : "no reply, only \"" + printable(received.bytes) + "\"";
  }

  bool same(const Connection& connection, const Args& command, const Link::Both& replies) const {
    if (!replies.theirs.ok() || !replies.ours.ok()) return false;
    if (replies.theirs.bytes == replies.ours.bytes) return true;
    const Reply& theirs = replies.theirs.value;
    const Reply& ours = replies.ours.value;
    if (!connection.queueing) return agree_by_name(command, rule_for(command), theirs, ours);
    if (lower(command.at(0)) != "exec") return agree_by_name(command, "", theirs, ours);
    if (theirs.type != ours.type || theirs.items.size() != connection.queued.size() ||
        ours.items.size() != theirs.items.size())
      return false;
    for (size_t i = 0; i < theirs.items.size(); ++i) {
      const Args& queued = connection.queued[i];
      if (!agree_by_name(queued, rule_for(queued), theirs.items[i], ours.items[i])) return false;
    }
    return true;
  }

  bool agree_by_name(const Args& command, const std::string& rule, const Reply& theirs, const Reply& ours) const {
    const RuleUse use = find_rule(rule.empty() || theirs.is_error() ? "until_nul" : rule);
    return same_reply(use, quoted(command), theirs, ours, servers_.self_check());
  }

  /// Keeps track of MULTI, by what the oracle replied.
  static void follow(Connection& connection, const Args& command, const Reply& reply) {
    const std::string name = lower(command.at(0));
    if (reply.type == '+' && reply.text == "QUEUED") {
      connection.queued.push_back(command);
    } else if (name == "multi" && !reply.is_error()) {
      connection.queueing = true;
      connection.queued.clear();
    } else if (name == "exec" || ((name == "discard" || name == "reset") && command.size() == 1)) {
      connection.queueing = false;
      connection.queued.clear();
    }
  }

  std::optional<std::string> compare_events() {
    control_.call({"PUBLISH", "the end of the events", ""});
    const auto theirs = read_events(events_.theirs());
    const auto ours = read_events(events_.ours());
    const EventsMatch match = match_events(theirs, ours);
    if (match.same) return {};
    const auto show = [](const std::vector<std::string>& events, size_t i) {
      return i < events.size() ? printable(events[i], 200) : "(none)";
    };
    return fmt::format("events {} of {} and {} of {} differ:\n  {}: {}\n  larder: {}", match.their_end + 1,
                       theirs.size(), match.our_end + 1, ours.size(), reference().name, show(theirs, match.their_end),
                       show(ours, match.our_end));
  }

  static std::vector<std::string> read_events(RespClient& client) {
    std::vector<std::string> result;
    for (;;) {
      const Received event = client.receive();
      if (!event.ok() || event.value.items.size() != 4) return {"(the events do not end)"};
      const std::string& channel = event.value.items[2].text;
      if (channel == "the end of the events") return result;
      result.push_back(channel + " " + event.value.items[3].text);
    }
  }

  ServerPair& servers_;
  Link control_;
  Link events_;
  std::array<Connection, kConnections> connections_;
};

std::optional<std::string> ProgramRunner::run(const Program& program) {
  if (!servers_ || !servers_->alive()) servers_ = std::make_unique<ServerPair>();
  std::optional<std::string> difference;
  try {
    difference = Run(*servers_, version_).run(program);
  } catch (const std::exception& error) {
    difference = error.what();
  }
  if (!difference) return {};
  if (!servers_->ours().alive()) difference = *difference + "\nlarder has ended:\n" + servers_->ours().output();
  // A reply that never came may leave the server busy with it: the next run begins with fresh ones.
  if (difference->find("no reply") != std::string::npos) servers_.reset();
  return difference;
}

Program shrink(Program program, const std::function<bool(const Program&)>& fails, const ShrinkLimits& limits) {
  const auto deadline = std::chrono::steady_clock::now() + limits.time;
  int tries = limits.tries;
  size_t chunk = std::max<size_t>(program.size() / 2, 1);
  while (true) {
    bool smaller = false;
    // From the end: what stands after the failing command goes at once, and later steps depend on earlier ones.
    for (size_t end = program.size(); end > 0;) {
      if (tries-- <= 0 || std::chrono::steady_clock::now() > deadline) return program;
      const size_t begin = end - std::min(chunk, end);
      Program candidate(program.begin(), program.begin() + static_cast<std::ptrdiff_t>(begin));
      candidate.insert(candidate.end(), program.begin() + static_cast<std::ptrdiff_t>(end), program.end());
      if (!candidate.empty() && fails(candidate)) {
        program = std::move(candidate);
        smaller = true;
      }
      end = begin;
    }
    if (chunk == 1 && !smaller) return program;
    if (!smaller || chunk > program.size()) chunk = std::max<size_t>(chunk / 2, 1);
  }
}

}  // namespace larder::test
