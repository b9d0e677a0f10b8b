// See rules.h.
#include "tests/oracle/rules.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <regex>
#include <stdexcept>

#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

bool same_kind(const Reply& a, const Reply& b) { return a.type == b.type && a.null == b.null; }

bool same_shape(const Reply& a, const Reply& b) {
  return same_kind(a, b) && a.items.size() == b.items.size() &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), same_shape);
}

std::vector<std::string> sorted_items(const Reply& reply) {
  std::vector<std::string> result;
  for (const Reply& item : reply.items) result.push_back(encode_reply(item));
  std::sort(result.begin(), result.end());
  return result;
}

bool unordered(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return same_kind(theirs, ours) && theirs.text == ours.text && sorted_items(theirs) == sorted_items(ours);
}

/// The items in order, but each that is an array or set in any order: EXEC of commands whose replies are sets.
bool unordered_items(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  return same_kind(theirs, ours) && theirs.items.size() == ours.items.size() &&
         std::equal(theirs.items.begin(), theirs.items.end(), ours.items.begin(),
                    [&](const Reply& a, const Reply& b) { return unordered(a, b, context); });
}

/// Pairs of a map, or of the flat array that stands for one in RESP2, in any order.
bool unordered_map(const Reply& theirs, const Reply& ours, const RuleContext&) {
  const auto pairs = [](const Reply& reply) {
    std::multimap<std::string, std::string> result;
    for (size_t i = 0; i + 1 < reply.items.size(); i += 2)
      result.emplace(encode_reply(reply.items[i]), encode_reply(reply.items[i + 1]));
    return result;
  };
  return same_kind(theirs, ours) && theirs.text == ours.text && theirs.items.size() == ours.items.size() &&
         pairs(theirs) == pairs(ours);
}

bool within(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (!same_kind(theirs, ours)) return false;
  if (theirs.type != ':') return theirs == ours;
  const int64_t a = std::strtoll(theirs.text.c_str(), nullptr, 10);
  const int64_t b = std::strtoll(ours.text.c_str(), nullptr, 10);
  const bool both_special = a < 0 || b < 0;  // -1 and -2 mean something else than a number that is nearly so
  return both_special ? a == b : std::llabs(a - b) <= context.parameter;
}

bool kind(const Reply& theirs, const Reply& ours, const RuleContext&) { return same_kind(theirs, ours); }

bool shape(const Reply& theirs, const Reply& ours, const RuleContext&) { return same_shape(theirs, ours); }

bool error_class(const Reply& theirs, const Reply& ours, const RuleContext&) {
  const auto first_word = [](const Reply& reply) { return reply.text.substr(0, reply.text.find(' ')); };
  return theirs.is_error() && ours.is_error() && first_word(theirs) == first_word(ours);
}

/// `[cursor, [elements]]` of a scan that ends in one page.
bool one_page(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (theirs.items.size() != 2 || ours.items.size() != 2) return theirs == ours;
  return same_kind(theirs, ours) && theirs.items[0] == ours.items[0] && theirs.items[0].text == "0" &&
         unordered(theirs.items[1], ours.items[1], context);
}

/// The same with pairs for elements.
bool one_page_of_pairs(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (theirs.items.size() != 2 || ours.items.size() != 2) return theirs == ours;
  return same_kind(theirs, ours) && theirs.items[0] == ours.items[0] && theirs.items[0].text == "0" &&
         unordered_map(theirs.items[1], ours.items[1], context);
}

/// Pairs one after the other in RESP2, each an array of its own in RESP3.
bool unordered_pairs(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  const bool nested = !theirs.items.empty() && theirs.items[0].type == '*';
  return nested ? unordered(theirs, ours, context) : unordered_map(theirs, ours, context);
}

/// Before 7.2 doubles are printed with 17 digits, and hence other texts than the shortest. Numbers of both are then
/// written alike.
Reply with_plain_numbers(Reply reply) {
  if (!reference().habits.before_72) return reply;
  char* end = nullptr;
  const double value = std::strtod(reply.text.c_str(), &end);
  if (!reply.text.empty() && *end == '\0' && (reply.type == '$' || reply.type == ',')) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    reply.text = text;
  }
  for (Reply& item : reply.items) item = with_plain_numbers(std::move(item));
  return reply;
}

bool scores(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return with_plain_numbers(theirs) == with_plain_numbers(ours);
}

bool unordered_scores(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  return unordered_pairs(with_plain_numbers(theirs), with_plain_numbers(ours), context);
}

bool one_page_of_scores(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  return one_page_of_pairs(with_plain_numbers(theirs), with_plain_numbers(ours), context);
}

/// `key=value key=value` lines with the values of some keys left out.
std::string masked_line(std::string_view line, std::initializer_list<std::string_view> masked, bool drop_72) {
  std::string result;
  while (!line.empty()) {
    const size_t space = std::min(line.find(' '), line.size());
    const std::string_view field = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
    const std::string_view name = field.substr(0, field.find('='));
    if (drop_72 && (name == "lib-name" || name == "lib-ver")) continue;
    const bool hide = std::find(masked.begin(), masked.end(), name) != masked.end();
    result += hide ? std::string(name) + "=?" : std::string(field);
    result += ' ';
  }
  return result;
}

std::vector<std::string> client_lines(const Reply& reply) {
  std::string_view text = reply.text;
  if (reply.type == '=') text.remove_prefix(std::min<size_t>(4, text.size()));  // txt:
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(masked_line(text.substr(0, end),
                                {"id", "addr", "laddr", "fd", "age", "idle", "qbuf", "qbuf-free", "argv-mem",
                                 "multi-mem", "rbs", "rbp", "obl", "oll", "omem", "tot-mem", "events"},
                                reference().habits.before_72));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool client_list(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return same_kind(theirs, ours) && client_lines(theirs) == client_lines(ours);
}

/// A map reply in which the values of the fields named are only of the same kind.
bool map_but(const Reply& theirs, const Reply& ours, std::initializer_list<std::string_view> masked) {
  if (!same_kind(theirs, ours) || theirs.items.size() != ours.items.size()) return false;
  for (size_t i = 0; i < theirs.items.size(); ++i) {
    const bool value_of_masked =
        i % 2 == 1 && std::find(masked.begin(), masked.end(), theirs.items[i - 1].text) != masked.end();
    const bool same = value_of_masked ? same_kind(theirs.items[i], ours.items[i]) : theirs.items[i] == ours.items[i];
    if (!same) return false;
  }
  return true;
}

bool hello(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return theirs.is_error() ? theirs == ours : map_but(theirs, ours, {"version", "id"});
}

/// The words of HELP are each server's own; its frame is the same, a head and HELP's own two lines at the end, and each
/// line is a status.
bool help(const Reply& theirs, const Reply& ours, const RuleContext&) {
  const auto is_line = [](const Reply& line) { return line.type == '+'; };
  return theirs.type == '*' && ours.type == '*' && theirs.items.size() >= 3 && ours.items.size() >= 3 &&
         std::all_of(theirs.items.begin(), theirs.items.end(), is_line) &&
         std::all_of(ours.items.begin(), ours.items.end(), is_line) && theirs.items.front() == ours.items.front() &&
         std::equal(theirs.items.end() - 2, theirs.items.end(), ours.items.end() - 2);
}

/// Two texts that are equal once each match of the expression is blanked in both.
bool equal_but(const Reply& theirs, const Reply& ours, const char* expression) {
  const std::regex pattern(expression);
  return same_kind(theirs, ours) &&
         std::regex_replace(theirs.text, pattern, "?") == std::regex_replace(ours.text, pattern, "?");
}

bool monitor(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return equal_but(theirs, ours, "^[0-9]+\\.[0-9]{6}|unix:[^\\]]+");
}

bool debug_object(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return equal_but(theirs, ours, "at:0x[0-9a-f]+|serializedlength:[0-9]+|lru:[0-9]+|lru_seconds_idle:[0-9]+");
}

/// Id, time and duration of an entry are only of the same kind, and so is the address.
bool slowlog_entry(const Reply& theirs, const Reply& ours) {
  return same_shape(theirs, ours) && theirs.items.size() == 6 && theirs.items[3] == ours.items[3] &&
         theirs.items[5] == ours.items[5];
}

bool slowlog(const Reply& theirs, const Reply& ours, const RuleContext&) {
  return same_kind(theirs, ours) && theirs.items.size() == ours.items.size() &&
         std::equal(theirs.items.begin(), theirs.items.end(), ours.items.begin(), slowlog_entry);
}

/// Command, `calls` and its number, in any order of commands; the buckets hold durations.
bool latency_histogram(const Reply& theirs, const Reply& ours, const RuleContext&) {
  const auto calls = [](const Reply& reply) {
    std::map<std::string, std::string> result;
    for (size_t i = 0; i + 1 < reply.items.size(); i += 2) {
      Reply figures = reply.items[i + 1];
      if (figures.items.size() == 4) figures.items[3].items.clear();
      result.emplace(encode_reply(reply.items[i]), encode_reply(figures));
    }
    return result;
  };
  return same_kind(theirs, ours) && calls(theirs) == calls(ours);
}

/// The same text, but for the placeholder that the message has got since 7.2: `HELLO <proto> AUTH <user> <pass>`.
bool noauth_hello(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (context.self_check) return theirs == ours;
  Reply expected = theirs;
  const size_t place = expected.text.find("HELLO AUTH");
  if (place != std::string::npos) expected.text.replace(place, 10, "HELLO <proto> AUTH");
  return expected == ours;
}

/// The same text, with Larder's own policy at the end of those to choose from.
bool one_more_policy(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (context.self_check) return theirs == ours;
  Reply expected = theirs;
  expected.text += ", allkeys-lhd";
  return theirs.is_error() && expected == ours;
}

/// An error of the oracle for too few arguments where Redis since 7.2 looks at the command, and finds an error there.
bool getkeys_72(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  return theirs == ours || (!context.self_check && reference().habits.before_72 && ours.is_error() &&
                            theirs.is_error() && theirs.text.starts_with("ERR wrong number of arguments"));
}

bool notify_flags(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  if (context.self_check || theirs.items.size() != 2 || ours.items.size() != 2) return theirs == ours;
  Reply without_n = ours;
  std::string& flags = without_n.items[1].text;
  if (flags.starts_with("An")) flags.erase(1, 1);
  return theirs == without_n;
}

bool refcount(const Reply& theirs, const Reply& ours, const RuleContext&) {
  const auto positive = [](const Reply& reply) {
    return reply.type == ':' && reply.text[0] >= '1' && reply.text[0] <= '9';
  };
  return theirs == ours || (positive(theirs) && positive(ours));
}

bool until_nul(const Reply& theirs, const Reply& ours, const RuleContext&) {
  if (!theirs.is_error() || theirs.type != ours.type) return theirs == ours;
  const size_t nul = ours.text.find('\0');
  return theirs == ours || (nul != std::string::npos && theirs.text.starts_with(ours.text.substr(0, nul)));
}

bool is_bulk(const Reply& reply, std::string_view text) { return reply.type == '$' && reply.text == text; }

bool encoding_72(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  // SORT leaves a small sorted set as a skiplist in Redis, as a listpack here.
  if (!context.self_check && is_bulk(theirs, "skiplist") && is_bulk(ours, "listpack")) return true;
  return theirs == ours || (!context.self_check && reference().habits.before_72 && is_bulk(ours, "listpack") &&
                            (is_bulk(theirs, "hashtable") || is_bulk(theirs, "quicklist")));
}

bool small_set_is_listpack(const Reply& theirs, const Reply& ours, const RuleContext& context) {
  const char* const expected = reference().habits.before_72 ? "hashtable" : "listpack";
  return is_bulk(theirs, expected) && is_bulk(ours, context.self_check ? expected : "listpack");
}

constexpr Rule kRules[] = {
    {"client_list",
     "CLIENT LIST and INFO: values that belong to the process (ids, addresses, buffers, memory, ages); the "
     "order of lines; lib-name and lib-ver, which Redis has since 7.2",
     client_list},
    {"debug_object", "DEBUG OBJECT: address, length of an RDB form, LRU clock", debug_object},
    {"encoding_72",
     "listpack where Redis 7.0 has hashtable or quicklist: small sets of strings and small lists are listpacks since "
     "7.2; where Redis has skiplist: SORT converts a sorted set",
     encoding_72},
    {"error_class", "the text after an error's first word", error_class},
    {"getkeys_72", "COMMAND GETKEYS of a command without arguments, which Redis 7.0 refuses for its own arity",
     getkeys_72},
    {"hello", "HELLO: version and connection id", hello},
    {"help", "the words of HELP replies, not the first and the last two lines", help},
    {"kind", "everything but the type of the reply: times, random keys, memory figures", kind},
    {"latency_histogram", "LATENCY HISTOGRAM: the buckets, not commands and calls", latency_histogram},
    {"monitor", "the time and the address in a line of MONITOR", monitor},
    {"noauth_hello", "NOAUTH of HELLO mentions <proto> since 7.2", noauth_hello},
    {"notify_flags", "notify-keyspace-events read back: Redis drops an n beside A, Larder keeps what was set",
     notify_flags},
    {"one_more_policy", "the policies that maxmemory-policy may be: Larder has one of its own", one_more_policy},
    {"one_page", "the order of elements in a scan that ends in one page", one_page},
    {"one_page_of_pairs", "the order of pairs in a scan that ends in one page", one_page_of_pairs},
    {"one_page_of_scores", "like one_page_of_pairs, for scores as Redis 7.0 prints them", one_page_of_scores},
    {"refcount",
     "OBJECT REFCOUNT where Redis shares a value (small integers, but not after COPY) or a queued command holds it",
     refcount},
    {"scores", "how doubles are printed: Redis 7.0 always writes 17 digits", scores},
    {"shape", "the values, but not the types and counts of a nested reply", shape},
    {"slowlog", "SLOWLOG GET: id, time, duration and address of an entry, not its command", slowlog},
    {"small_set_is_listpack", "like encoding_72, but with Redis 7.0 the difference must be there",
     small_set_is_listpack},
    {"unordered", "the order of elements of an array or set: Redis promises none", unordered},
    {"unordered_items", "like unordered, for the sets among the replies of EXEC", unordered_items},
    {"unordered_map", "the order of the pairs of a map", unordered_map},
    {"unordered_pairs", "the order of pairs, which are arrays of their own in RESP3", unordered_pairs},
    {"unordered_scores", "like unordered_pairs, for scores as Redis 7.0 prints them", unordered_scores},
    {"until_nul", "what follows a NUL byte in the text of an error: Redis cuts arguments there", until_nul},
    {"within", "an integer, by at most N: remaining times", within},
};

}  // namespace

std::span<const Rule> rule_table() { return kRules; }

RuleUse find_rule(std::string_view name_and_parameter) {
  const size_t colon = name_and_parameter.find(':');
  const std::string_view name = name_and_parameter.substr(0, colon);
  RuleUse use;
  if (colon != std::string_view::npos) {
    const auto number = name_and_parameter.substr(colon + 1);
    std::from_chars(number.data(), number.data() + number.size(), use.parameter);
  }
  for (const Rule& rule : kRules) {
    if (rule.name == name) use.rule = &rule;
  }
  if (use.rule == nullptr) throw std::invalid_argument("no rule is named " + std::string(name));
  return use;
}

bool agree(const RuleUse& use, const Reply& theirs, const Reply& ours, bool self_check) {
  if (use.rule == nullptr) return theirs == ours;
  return use.rule->agree(theirs, ours, {.self_check = self_check, .parameter = use.parameter});
}

}  // namespace larder::test
