// Parses the words of a stream. Threads: called before any is started.

#include "bench/load_options.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace larder::bench {
namespace {

template <class Number>
void read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument(fmt::format("'{}' is not a number", text));
  }
}

KeyOrder read_order(std::string_view text) {
  if (text == "sequential") return KeyOrder::sequential;
  if (text == "uniform") return KeyOrder::uniform;
  if (text == "zipf") return KeyOrder::zipf;
  throw std::invalid_argument(fmt::format("order '{}' is none of sequential, uniform, zipf", text));
}

struct Word {
  std::string_view name;
  void (*set)(StreamOptions&, std::string_view);
};

template <auto Member>
constexpr void number(StreamOptions& stream, std::string_view text) {
  read_number(text, stream.*Member);
}
template <auto Member>
constexpr void string(StreamOptions& stream, std::string_view text) {
  (stream.*Member).assign(text);
}

constexpr Word kWords[] = {
    {"name", string<&StreamOptions::name>},
    {"connections", number<&StreamOptions::connections>},
    {"idle", number<&StreamOptions::idle>},
    {"count", number<&StreamOptions::count>},
    {"pipeline", number<&StreamOptions::pipeline>},
    {"rate", number<&StreamOptions::rate>},
    {"set", number<&StreamOptions::set_percent>},
    {"command", string<&StreamOptions::command>},
    {"keys", number<&StreamOptions::keys>},
    {"first-key", number<&StreamOptions::first_key>},
    {"order", [](StreamOptions& stream, std::string_view text) { stream.order = read_order(text); }},
    {"zipf", number<&StreamOptions::zipf>},
    {"prefix", string<&StreamOptions::prefix>},
    {"key-size", number<&StreamOptions::key_size>},
    {"value-size", number<&StreamOptions::value_size>},
    {"ttl", number<&StreamOptions::ttl>},
    {"deadline", number<&StreamOptions::deadline>},
    {"deadline-span", number<&StreamOptions::deadline_span>},
    {"discard", number<&StreamOptions::discard>},
    {"series", string<&StreamOptions::series>},
    {"seed", number<&StreamOptions::seed>},
};

void set_word(StreamOptions& stream, std::string_view word) {
  const size_t equals = word.find('=');
  const auto* known = std::find_if(std::begin(kWords), std::end(kWords),
                                   [&](const Word& candidate) { return candidate.name == word.substr(0, equals); });
  if (equals == std::string_view::npos || known == std::end(kWords)) {
    throw std::invalid_argument(fmt::format("'{}' is no word of a stream", word));
  }
  known->set(stream, word.substr(equals + 1));
}

void check(const StreamOptions& stream) {
  const auto demand = [&](bool holds, std::string_view what) {
    if (!holds) throw std::invalid_argument(fmt::format("stream {}: {}", stream.name, what));
  };
  demand(stream.connections > 0 && stream.pipeline > 0 && stream.keys > 0,
         "connections, pipeline and keys are at least 1");
  demand(stream.key_size > stream.prefix.size() && stream.key_size <= 512,
         "key-size must exceed the prefix, and be at most 512");
  demand(stream.set_percent <= 100, "set is a percentage");
  demand(stream.zipf > 0 && stream.rate >= 0, "zipf must be above 0, rate at least 0");
  demand(stream.idle == 0 || stream.count == 0, "an idle stream has no count");
  demand(stream.deadline_span > 0, "deadline-span must be above 0");
}

}  // namespace

StreamOptions parse_stream(std::string_view text) {
  StreamOptions stream;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    if (space != 0) set_word(stream, text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  check(stream);
  return stream;
}

StreamOptions share_of(const StreamOptions& whole, unsigned index, unsigned threads) {
  const auto part = [&](uint64_t total) { return total / threads + (index < total % threads ? 1 : 0); };
  StreamOptions share = whole;
  share.connections = part(whole.connections);
  share.rate = whole.rate / threads;
  share.seed = whole.seed + index * 7919;
  if (whole.count > 0) share.count = part(whole.count);
  if (whole.order == KeyOrder::sequential) {
    share.first_key = whole.first_key + whole.keys * index / threads;
    share.keys = std::max<uint64_t>(1, part(whole.keys));
  }
  return share;
}

}  // namespace larder::bench
