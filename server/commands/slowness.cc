// SLOWLOG and LATENCY: what was slow, and when.
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
#include "server/commands/container_help.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/command_table.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

constexpr int64_t kDefaultSlowlogEntries = 10;

LatencyDistribution distribution_of(const Figures& figures, const CommandSpec& spec) {
  LatencyDistribution distribution;
  const size_t id = CommandTable::instance().id_of(spec);
  for (const ThreadStatistics* thread : figures.threads()) distribution.add(thread->per_command[id].latency);
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

std::optional<LatencyMonitor::Event> find_event(const LatencyMonitor& latency, std::string_view name) {
  const auto events = latency.events();
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

std::string diagnosis(const LatencyMonitor& latency) {
  if (latency.threshold_ms() == 0) {
    return "Latency monitoring is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n";
  }
  std::string text;
  for (const auto& [name, event] : latency.events()) {
    if (event.history.empty()) continue;
    int64_t sum = 0;
    for (const auto& sample : event.history) sum += sample.latency_ms;
    fmt::format_to(std::back_inserter(text), "- {}: {} spikes, {} ms on average, {} ms at most.\n", name,
                   event.history.size(), sum / static_cast<int64_t>(event.history.size()), event.max_ms);
  }
  if (text.empty()) return fmt::format("No event has taken {} ms or more.\n", latency.threshold_ms());
  return text +
         "SLOWLOG GET shows which commands were slow. Commands on many keys or large values are the usual reason; a "
         "machine with too few cores or too little memory is the next.\n";
}

}  // namespace

// -- SLOWLOG --

static void slowlog_get(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 1) {
    return reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try SLOWLOG HELP.",
                                   args.all()[1].substr(0, 128)));
  }
  constexpr auto kMost = std::numeric_limits<int64_t>::max();
  const int64_t count = args.more() ? args.integer_between(-1, kMost, "ERR count should be greater than or equal to -1")
                                    : kDefaultSlowlogEntries;
  if (args.failed(reply)) return;
  const auto entries = context.state().slow_log.newest(count);
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

static void slowlog_len(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.state().slow_log.size()));
}

static void slowlog_reset(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  context.state().slow_log.reset();
  reply.ok();
}

// -- LATENCY --

static void latency_latest(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const auto events = context.state().latency.events();
  reply.array(events.size());
  for (const auto& [name, event] : events) {
    reply.array(4);
    reply.bulk(name);
    reply.integer(event.history.back().unix_s);
    reply.integer(event.history.back().latency_ms);
    reply.integer(event.max_ms);
  }
}

static void latency_history(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto event = find_event(context.state().latency, args.bytes());
  reply.array(event ? event->history.size() : 0);
  if (!event) return;
  for (const auto& sample : event->history) {
    reply.array(2);
    reply.integer(sample.unix_s);
    reply.integer(sample.latency_ms);
  }
}

static void latency_graph(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto name = args.bytes();
  const auto event = find_event(context.state().latency, name);
  if (!event) return reply.error(fmt::format("ERR No samples available for event '{}'", name));
  reply.verbatim("txt", graph(name, *event, context.world().clock().now_us() / 1'000'000));
}

static void latency_doctor(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.verbatim("txt", diagnosis(context.state().latency));
}

static void latency_reset(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  LatencyMonitor& latency = context.state().latency;
  size_t forgotten = 0;
  if (!args.more()) forgotten = latency.reset({});
  for (const std::string_view name : args.rest()) forgotten += name.empty() ? 0 : latency.reset(name);
  reply.integer(static_cast<int64_t>(forgotten));
}

static void latency_histogram(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto map = reply.begin_map();
  size_t shown = 0;
  for (const CommandSpec* spec : histogram_commands(args)) {
    const LatencyDistribution distribution = distribution_of(context.state().figures, *spec);
    if (distribution.count() == 0) continue;
    write_histogram(reply, *spec, distribution);
    ++shown;
  }
  reply.end_map(map, shown);
}

// clang-format off
constexpr std::string_view kDiffersByNode[] = {"request_policy:all_nodes", "nondeterministic_output"};
constexpr HistoryEntry kSlowlogGetHistory[] = {{"4.0.0", "Showed the client's address and name."}};
constexpr ArgSpec kSlowlogGetArgs[] = {{.name = "count", .type = ArgType::integer, .optional = true}};
constexpr std::string_view kSlowlogLenTips[] = {
    "request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"};
constexpr std::string_view kLatencyResetTips[] = {"request_policy:all_nodes", "response_policy:agg_sum"};
constexpr std::string_view kDiffersByNode2[] = {
    "nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
constexpr ArgSpec kEvent[] = {{.name = "event"}};
constexpr ArgSpec kLatencyHistogramArgs[] = {{.name = "command", .optional = true, .multiple = true}};
constexpr ArgSpec kLatencyResetArgs[] = {{.name = "event", .optional = true, .multiple = true}};

constexpr CommandSpec kSlownessCommands[] = {
    {.name = "slowlog", .group = Group::server, .since = "2.2.12", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows the commands that took long.", .container = true},
    {.name = "slowlog|get", .group = Group::server, .since = "2.2.12", .arity = at_least(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(N) in the entries returned",
     .summary = "Returns the latest entries of the log of slow commands.", .tips = kDiffersByNode,
     .history = kSlowlogGetHistory, .args = kSlowlogGetArgs, .handler = slowlog_get},
    {.name = "slowlog|len", .group = Group::server, .since = "2.2.12", .arity = exactly(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(1)",
     .summary = "Counts the entries of the log of slow commands.", .tips = kSlowlogLenTips, .handler = slowlog_len},
    {.name = "slowlog|reset", .group = Group::server, .since = "2.2.12", .arity = exactly(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(N) in the entries",
     .summary = "Empties the log of slow commands.", .tips = kAllNodesSucceed, .handler = slowlog_reset},
    {.name = "slowlog|help", .group = Group::server, .since = "6.2.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
    {.name = "latency", .group = Group::server, .since = "2.8.13", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows when and why the server was slow.",
     .container = true},
    {.name = "latency|doctor", .group = Group::server, .since = "2.8.13", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Explains in prose what made the server slow.", .tips = kDiffersByNode2, .handler = latency_doctor},
    {.name = "latency|graph", .group = Group::server, .since = "2.8.13", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Draws an event's latest delays with characters.", .tips = kDiffersByNode2, .args = kEvent,
     .handler = latency_graph},
    {.name = "latency|help", .group = Group::server, .since = "2.8.13", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
    {.name = "latency|histogram", .group = Group::server, .since = "7.0.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the commands with figures",
     .summary = "Returns how the execution times of commands are distributed.", .tips = kDiffersByNode2,
     .args = kLatencyHistogramArgs, .handler = latency_histogram},
    {.name = "latency|history", .group = Group::server, .since = "2.8.13", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns an event's delays with their times.", .tips = kDiffersByNode2, .args = kEvent,
     .handler = latency_history},
    {.name = "latency|latest", .group = Group::server, .since = "2.8.13", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns the latest and the longest delay of every event.", .tips = kDiffersByNode2,
     .handler = latency_latest},
    {.name = "latency|reset", .group = Group::server, .since = "2.8.13", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Forgets the delays of the given events, or of all.", .tips = kLatencyResetTips,
     .args = kLatencyResetArgs, .handler = latency_reset},
};
// clang-format on
static_assert(well_formed(kSlownessCommands));

std::span<const CommandSpec> slowness_commands() { return kSlownessCommands; }

}  // namespace larder::server::commands
