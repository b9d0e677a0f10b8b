// SLOWLOG and LATENCY: what was slow, and when. Threads: as all handlers, on the connection's thread.
#include "server/commands/slowness.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_context.h"
#include "server/net/io_thread.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

constexpr int64_t kDefaultSlowlogEntries = 10;

LatencyDistribution distribution_of(Core& core, const CommandSpec& spec) {
  LatencyDistribution distribution;
  const size_t id = CommandTable::instance().id_of(spec);
  for (const auto& thread : core.threads()) distribution.add(thread->statistics.per_command[id].latency);
  return distribution;
}

/// The counts at every power of two of 1.024 us, cumulative, where they grow.
std::vector<std::pair<int64_t, int64_t>> doubling_buckets(const LatencyDistribution& distribution) {
  std::vector<std::pair<int64_t, int64_t>> buckets;
  int64_t seen = 0;
  for (int64_t limit_ns = 1024; seen < distribution.count(); limit_ns *= 2) {
    // Beyond the longest duration that is told apart everything is in.
    const bool last = limit_ns >= int64_t{1} << LatencyHistogram::kMostBits;
    const int64_t count = last ? distribution.count() : distribution.count_up_to(limit_ns);
    // A bucket bears the name of the longest duration that a slot of 1/128 at its end would count, as Redis' do.
    if (count > seen) buckets.emplace_back((limit_ns + limit_ns / 128 - 1) / 1000, count);
    seen = count;
  }
  return buckets;
}

void write_histogram(ReplyWriter& reply, const CommandSpec& spec, const LatencyDistribution& distribution) {
  reply.bulk(spec.name);
  reply.map(2);
  reply.bulk("calls");
  reply.integer(distribution.count());
  reply.bulk("histogram_usec");
  const auto buckets = doubling_buckets(distribution);
  reply.map(buckets.size());
  for (const auto& [microseconds, count] : buckets) {
    reply.integer(microseconds);
    reply.integer(count);
  }
}

/// The commands whose histograms are asked for: all, or the named ones with their subcommands. Unknown names are
/// skipped.
std::vector<const CommandSpec*> histogram_commands(ArgReader& args) {
  const CommandTable& table = CommandTable::instance();
  std::vector<const CommandSpec*> commands;
  if (!args.more()) {
    for (const CommandSpec& spec : table.all()) commands.push_back(&spec);
    return commands;
  }
  for (const std::string_view name : args.rest()) {
    const CommandSpec* spec = table.find_full_name(name);
    if (spec == nullptr) continue;
    commands.push_back(spec);
    for (const CommandSpec& subcommand : table.subcommands_of(*spec)) commands.push_back(&subcommand);
  }
  return commands;
}

std::optional<LatencyMonitor::Event> find_event(Core& core, std::string_view name) {
  const auto events = core.latency.events();
  const auto found = events.find(name);
  if (found == events.end() || found->second.history.empty()) return std::nullopt;
  return found->second;
}

std::string age_text(int64_t seconds) {
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  return seconds < 86'400 ? fmt::format("{}h", seconds / 3600) : fmt::format("{}d", seconds / 86'400);
}

/// A bar for each sample, oldest first.
std::string graph(std::string_view name, const LatencyMonitor::Event& event, int64_t now_s) {
  constexpr int64_t kWidest = 60;
  const auto by_latency = [](const auto& a, const auto& b) { return a.latency_ms < b.latency_ms; };
  const auto [low, high] = std::minmax_element(event.history.begin(), event.history.end(), by_latency);
  std::string text = fmt::format("{} - high {} ms, low {} ms (all time high {} ms)\n", name, high->latency_ms,
                                 low->latency_ms, event.max_ms);
  for (const auto& sample : event.history) {
    const int64_t width = std::max<int64_t>(1, sample.latency_ms * kWidest / std::max<int64_t>(high->latency_ms, 1));
    fmt::format_to(std::back_inserter(text), "{:>4} {:>6} ms {}\n",
                   age_text(std::max<int64_t>(now_s - sample.unix_s, 0)), sample.latency_ms,
                   std::string(static_cast<size_t>(width), '#'));
  }
  return text;
}

std::string diagnosis(Core& core) {
  if (core.latency.threshold_ms() == 0) {
    return "Latency monitoring is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n";
  }
  std::string text;
  for (const auto& [name, event] : core.latency.events()) {
    if (event.history.empty()) continue;
    int64_t sum = 0;
    for (const auto& sample : event.history) sum += sample.latency_ms;
    fmt::format_to(std::back_inserter(text), "- {}: {} spikes, {} ms on average, {} ms at most.\n", name,
                   event.history.size(), sum / static_cast<int64_t>(event.history.size()), event.max_ms);
  }
  if (text.empty()) return fmt::format("No event has taken {} ms or more.\n", core.latency.threshold_ms());
  return text +
         "SLOWLOG GET shows which commands were slow. Commands on many keys or large values are the usual reason; a "
         "machine with too few cores or too little memory is the next.\n";
}

}  // namespace

// -- SLOWLOG --

void slowlog_get(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 1) {
    return reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try SLOWLOG HELP.",
                                   args.all()[1].substr(0, 128)));
  }
  constexpr auto kMost = std::numeric_limits<int64_t>::max();
  const int64_t count = args.more() ? args.integer_between(-1, kMost, "ERR count should be greater than or equal to -1")
                                    : kDefaultSlowlogEntries;
  if (args.failed(reply)) return;
  const auto entries = context.core().slow_log.newest(count);
  reply.array(entries.size());
  for (const SlowLog::Entry& entry : entries) {
    reply.array(6);
    reply.integer(static_cast<int64_t>(entry.id));
    reply.integer(entry.unix_s);
    reply.integer(entry.duration_us);
    reply.array(entry.args.size());
    for (const std::string& arg : entry.args) reply.bulk(arg);
    reply.bulk(entry.client_address);
    reply.bulk(entry.client_name);
  }
}

void slowlog_len(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.core().slow_log.size()));
}

void slowlog_reset(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  context.core().slow_log.reset();
  reply.ok();
}

// -- LATENCY --

void latency_latest(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const auto events = context.core().latency.events();
  reply.array(events.size());
  for (const auto& [name, event] : events) {
    reply.array(4);
    reply.bulk(name);
    reply.integer(event.history.back().unix_s);
    reply.integer(event.history.back().latency_ms);
    reply.integer(event.max_ms);
  }
}

void latency_history(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto event = find_event(context.core(), args.bytes());
  reply.array(event ? event->history.size() : 0);
  if (!event) return;
  for (const auto& sample : event->history) {
    reply.array(2);
    reply.integer(sample.unix_s);
    reply.integer(sample.latency_ms);
  }
}

void latency_graph(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto name = args.bytes();
  const auto event = find_event(context.core(), name);
  if (!event) return reply.error(fmt::format("ERR No samples available for event '{}'", name));
  reply.verbatim("txt", graph(name, *event, context.core().clock().now_us() / 1'000'000));
}

void latency_doctor(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.verbatim("txt", diagnosis(context.core()));
}

void latency_reset(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  LatencyMonitor& latency = context.core().latency;
  size_t forgotten = 0;
  if (!args.more()) forgotten = latency.reset({});
  for (const std::string_view name : args.rest()) forgotten += name.empty() ? 0 : latency.reset(name);
  reply.integer(static_cast<int64_t>(forgotten));
}

void latency_histogram(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto map = reply.begin_map();
  size_t shown = 0;
  for (const CommandSpec* spec : histogram_commands(args)) {
    const LatencyDistribution distribution = distribution_of(context.core(), *spec);
    if (distribution.count() == 0) continue;
    write_histogram(reply, *spec, distribution);
    ++shown;
  }
  reply.end_map(map, shown);
}

}  // namespace larder::server::commands
