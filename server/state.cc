// See state.h.
#include "server/state.h"

#include <fmt/format.h>

#include <random>

namespace larder::server {

namespace {

std::string random_hex(size_t digits) {
  std::random_device device;
  std::string text;
  while (text.size() < digits) text += fmt::format("{:08x}", device());
  text.resize(digits);
  return text;
}

store::Store::Options store_options(const ServerState::Options& options) {
  return {.databases = static_cast<uint32_t>(options.settings.databases),
          .threads = static_cast<unsigned>(options.settings.io_threads),
          .seed = 0,
          .clock = options.clock,
          .single_threaded = options.settings.io_threads == 1};
}

}  // namespace

ServerState::ServerState(const Options& options)
    : run_id(random_hex(40)),
      started_us(options.clock->now_us()),
      config(options.settings, options.config_file),
      log(options.settings.loglevel),
      world(store_options(options)),
      clients(threads, figures.rare, log),
      memory(world.store, clients),
      monitors(threads),
      pause(world.store, gates, threads) {
  apply(options.settings);
  config.on_change("", [this](const Settings& before, const Settings& after) -> tl::expected<void, std::string> {
    apply(after);
    if (before.logfile != after.logfile) return log.open(after.logfile);
    return {};
  });
}

void ServerState::apply(const Settings& settings) {
  log.set_level(settings.loglevel);
  slow_log.set_threshold_us(settings.slowlog_log_slower_than_us);
  slow_log.set_max_length(static_cast<size_t>(settings.slowlog_max_len));
  latency.set_threshold_ms(settings.latency_monitor_threshold_ms);
  world.apply(settings);
  clients.apply(settings);
  gates.set(kGateMemory, settings.maxmemory_bytes != 0);
  gates.set(kGateReplicas, settings.min_replicas_to_write != 0 && settings.min_replicas_max_lag_s != 0);
}

}  // namespace larder::server
