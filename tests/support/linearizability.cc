// The search for an order of operations; see linearizability.h.
#include "tests/support/linearizability.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace larder::test {

namespace {

const char* name(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::get: return "GET";
    case Step::Kind::set: return "SET";
    case Step::Kind::incr: return "INCR";
    case Step::Kind::del: return "DEL";
    case Step::Kind::getset: return "GETSET";
    case Step::Kind::append: return "APPEND";
  }
  return "?";
}

std::optional<std::string> value_of(const State& state, const std::string& key) {
  const auto found = state.find(key);
  return found == state.end() ? std::nullopt : std::optional(found->second);
}

std::string incremented(State& state, const std::string& key) {
  const std::string before = value_of(state, key).value_or("0");
  int64_t value = 0;
  const auto error = std::from_chars(before.data(), before.data() + before.size(), value).ec;
  // Only the shortest way to write a number is one: "01" and "-0" are text.
  if (error != std::errc() || std::to_string(value) != before) {
    return "ERR value is not an integer or out of range";
  }
  return state[key] = std::to_string(value + 1);
}

/// A state and the operations that led to it, as bytes to compare: lengths keep neighbours apart.
std::string fingerprint(const std::vector<bool>& done, const State& state) {
  std::string bytes;
  for (const bool bit : done) bytes.push_back(bit ? '1' : '0');
  for (const auto& [key, value] : state) {
    bytes += '|' + std::to_string(key.size()) + ':' + key + std::to_string(value.size()) + ':' + value;
  }
  return bytes;
}

class Search {
 public:
  explicit Search(const std::vector<Operation>& history) : history_(history), done_(history.size(), false) {
    by_invocation_.resize(history.size());
    std::iota(by_invocation_.begin(), by_invocation_.end(), size_t{0});
    std::sort(by_invocation_.begin(), by_invocation_.end(),
              [&](size_t a, size_t b) { return history_[a].invoked < history_[b].invoked; });
  }

  Verdict run() {
    verdict_.linearizable = extend(State());
    return verdict_;
  }

 private:
  bool extend(const State& state) {
    ++verdict_.states;
    if (order_.size() > verdict_.longest.size()) verdict_.longest = order_;
    if (order_.size() == history_.size()) return true;
    // What may come next was invoked before anything left has responded.
    int64_t first_response = INT64_MAX;
    for (size_t i = 0; i < history_.size(); ++i) {
      if (!done_[i]) first_response = std::min(first_response, history_[i].responded);
    }
    for (const size_t next : by_invocation_) {
      if (history_[next].invoked > first_response) break;
      if (!done_[next] && try_next(next, state)) return true;
    }
    return false;
  }

  bool try_next(size_t next, const State& state) {
    State after = state;
    for (const Step& step : history_[next].steps) {
      if (apply_step(after, step) != step.reply) return false;
    }
    done_[next] = true;
    order_.push_back(next);
    const bool found = seen_.insert(fingerprint(done_, after)).second && extend(after);
    order_.pop_back();
    done_[next] = false;
    return found;
  }

  const std::vector<Operation>& history_;
  std::vector<size_t> by_invocation_;
  std::vector<bool> done_;
  std::vector<size_t> order_;
  std::unordered_set<std::string> seen_;
  Verdict verdict_;
};

}  // namespace

std::optional<std::string> apply_step(State& state, const Step& step) {
  const std::optional<std::string> before = value_of(state, step.key);
  switch (step.kind) {
    case Step::Kind::get: return before;
    case Step::Kind::set: state[step.key] = step.argument; return "OK";
    case Step::Kind::incr: return incremented(state, step.key);
    case Step::Kind::del: return std::to_string(state.erase(step.key));
    case Step::Kind::getset: state[step.key] = step.argument; return before;
    case Step::Kind::append: return std::to_string((state[step.key] += step.argument).size());
  }
  return std::nullopt;
}

Verdict check_linearizable(const std::vector<Operation>& history) { return Search(history).run(); }

std::string describe(const std::vector<Operation>& history) {
  std::vector<size_t> order(history.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return history[a].invoked < history[b].invoked; });
  std::string text;
  for (const size_t i : order) {
    const Operation& operation = history[i];
    text += std::to_string(i) + ": [" + std::to_string(operation.invoked) + ", " + std::to_string(operation.responded) +
            "]";
    for (const Step& step : operation.steps) {
      text += std::string(" ") + name(step.kind) + " " + step.key;
      if (!step.argument.empty()) text += " " + step.argument;
      text += " -> " + step.reply.value_or("(nil)") + ";";
    }
    text += "\n";
  }
  return text;
}

}  // namespace larder::test
