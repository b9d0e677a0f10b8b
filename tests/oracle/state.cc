// See state.h.
#include "tests/oracle/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "tests/oracle/rules.h"
#include "tests/oracle/servers.h"

namespace larder::test {
namespace {

constexpr int64_t kDeadlineTolerance = 5000;  // ms

std::string sorted_value(Reply value) {
  std::sort(value.items.begin(), value.items.end(),
            [](const Reply& a, const Reply& b) { return encode_reply(a) < encode_reply(b); });
  return encode_reply(value);
}

/// Elements of a sorted set with their scores, which Redis 7.0 prints with more digits.
std::string scored_value(const Reply& elements) {
  std::string text;
  const auto add = [&](const Reply& member, const Reply& score) {
    text += fmt::format("{} {:.17g} ", encode_reply(member), std::strtod(score.text.c_str(), nullptr));
  };
  const bool nested = !elements.items.empty() && elements.items[0].is_aggregate();
  for (size_t i = 0; i < elements.items.size(); i += nested ? 1 : 2) {
    if (nested) {
      add(elements.items[i].items.at(0), elements.items[i].items.at(1));
    } else if (i + 1 < elements.items.size()) {
      add(elements.items[i], elements.items[i + 1]);
    }
  }
  return text;
}

/// Of a map, or the flat array that stands for one in RESP2.
std::string sorted_pairs(const Reply& map) {
  std::map<std::string, std::string> pairs;
  for (size_t i = 0; i + 1 < map.items.size(); i += 2)
    pairs.emplace(encode_reply(map.items[i]), encode_reply(map.items[i + 1]));
  std::string text;
  for (const auto& [field, value] : pairs) text += field + value;
  return text;
}

std::string show(const KeyState& state) {
  return fmt::format("{} {} expires {} value {}", state.type, state.encoding, state.expires,
                     printable(state.value, 300));
}

bool same(const KeyState& a, const KeyState& b, bool self_check) {
  const auto bulk = [](const std::string& text) {
    return Reply{.type = '$', .null = false, .text = text, .items = {}};
  };
  const bool deadline =
      a.expires < 0 || b.expires < 0 ? a.expires == b.expires : std::llabs(a.expires - b.expires) <= kDeadlineTolerance;
  return deadline && a.type == b.type && a.value == b.value &&
         same_reply(find_rule("encoding_72"), "OBJECT ENCODING", bulk(a.encoding), bulk(b.encoding), self_check);
}

}  // namespace

State read_state(RespClient& client) {
  State state;
  for (int db = 0; db < kDatabases; ++db) {
    client.send({"SELECT", std::to_string(db)});
    client.send({"KEYS", "*"});
  }
  for (int db = 0; db < kDatabases; ++db) {
    client.receive();
    for (const Reply& key : client.receive().value.items) state[{db, key.text}];
  }
  int selected = -1;
  for (auto& [place, key] : state) {
    if (place.first != selected) client.call({"SELECT", std::to_string(selected = place.first)});
    for (const char* command : {"TYPE", "PEXPIRETIME", "GET", "SMEMBERS", "HGETALL"})
      client.send({command, place.second});
    client.send({"LRANGE", place.second, "0", "-1"});
    client.send({"ZRANGE", place.second, "0", "-1", "WITHSCORES"});
    client.send({"OBJECT", "ENCODING", place.second});
    key.type = client.receive().value.text;
    key.expires = std::strtoll(client.receive().value.text.c_str(), nullptr, 10);
    const Reply text = client.receive().value;
    const Reply members = client.receive().value;
    const Reply fields = client.receive().value;
    const Reply elements = client.receive().value;
    const Reply scored = client.receive().value;
    key.value = key.type == "set"    ? sorted_value(members)
                : key.type == "hash" ? sorted_pairs(fields)
                : key.type == "list" ? encode_reply(elements)
                : key.type == "zset" ? scored_value(scored)
                                     : encode_reply(text);
    key.encoding = client.receive().value.text;
  }
  return state;
}

std::string state_difference(const State& theirs, const State& ours, bool self_check) {
  std::string result;
  const auto add = [&](const auto& place, const std::string& a, const std::string& b) {
    result +=
        fmt::format("  db {} key \"{}\"\n    redis:  {}\n    larder: {}\n", place.first, printable(place.second), a, b);
  };
  for (const auto& [place, key] : theirs) {
    const auto other = ours.find(place);
    if (other == ours.end()) {
      add(place, show(key), "(absent)");
    } else if (!same(key, other->second, self_check)) {
      add(place, show(key), show(other->second));
    }
  }
  for (const auto& [place, key] : ours) {
    if (!theirs.contains(place)) add(place, "(absent)", show(key));
  }
  return result;
}

}  // namespace larder::test
