// larder-load: the load generator. Runs streams of requests against a server and prints one JSON object: for each
// stream the counts and latencies, for the server the CPU time and resident memory that the operating system accounts
// to it between the first request and the last reply (the connections are made before). Times are in ns unless a name
// says otherwise. Threads: --threads engines, each with its share of the streams; all begin together and are merged at
// the end.

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/load_engine.h"
#include "bench/load_options.h"
#include "bench/process.h"

namespace larder::bench {
namespace {

struct ServerUse {
  uint64_t cpu = 0;                 ///< ns during the run
  uint64_t resident_before = 0;     ///< bytes: before anything connected
  uint64_t resident_connected = 0;  ///< bytes: all connected, nothing sent
  uint64_t resident_after = 0;      ///< bytes: after the last reply
};

struct Worker {
  std::optional<LoadEngine> engine;
  std::exception_ptr failure;
};

/// The streams as thread `index` runs them. A pattern of time or counts is split; the shares add up to what was asked.
std::vector<StreamOptions> streams_of_thread(const LoadOptions& options, unsigned index) {
  std::vector<StreamOptions> shares;
  for (const StreamOptions& whole : options.streams) shares.push_back(share_of(whole, index, options.threads));
  return shares;
}

void run_worker(const LoadOptions& options, unsigned index, Worker& worker, std::barrier<>& connected,
                std::barrier<>& go) {
  try {
    worker.engine.emplace(options, streams_of_thread(options, index));
  } catch (...) {
    worker.failure = std::current_exception();
  }
  connected.arrive_and_wait();
  go.arrive_and_wait();
  if (worker.failure) return;
  try {
    worker.engine->run();
  } catch (...) {
    worker.failure = std::current_exception();
  }
}

std::vector<StreamResult> merged(std::vector<Worker>& workers) {
  std::vector<StreamResult> all;
  for (Worker& worker : workers) {
    for (StreamResult& result : worker.engine->take_results()) {
      const auto same =
          std::find_if(all.begin(), all.end(), [&](const auto& known) { return known.name == result.name; });
      same == all.end() ? all.push_back(std::move(result)) : same->merge(std::move(result));
    }
  }
  return all;
}

std::vector<StreamResult> run_load(const LoadOptions& options, ServerUse& use) {
  std::vector<Worker> workers(options.threads);
  const auto parties = static_cast<std::ptrdiff_t>(options.threads) + 1;
  std::barrier connected{parties};
  std::barrier go{parties};
  std::vector<std::jthread> threads;
  use.resident_before = resident_bytes(options.server_pid);
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([&, i] { run_worker(options, i, workers[i], connected, go); });
  }
  connected.arrive_and_wait();
  use.resident_connected = resident_bytes(options.server_pid);
  const uint64_t cpu_before = cpu_nanoseconds(options.server_pid);
  go.arrive_and_wait();
  threads.clear();  // joins
  use.cpu = cpu_nanoseconds(options.server_pid) - cpu_before;
  use.resident_after = resident_bytes(options.server_pid);
  for (const Worker& worker : workers) {
    if (worker.failure) std::rethrow_exception(worker.failure);
  }
  return merged(workers);
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string histogram_json(const LatencyHistogram& histogram) {
  return fmt::format(R"({{"count":{},"mean":{:.0f},"p50":{},"p90":{},"p99":{},"p99.9":{},"p99.99":{},"max":{}}})",
                     histogram.count(), histogram.mean(), histogram.at(0.5), histogram.at(0.9), histogram.at(0.99),
                     histogram.at(0.999), histogram.at(0.9999), histogram.max());
}

std::string stream_json(const StreamResult& result) {
  const double seconds = static_cast<double>(result.last_reply - result.first_send) / 1e9;
  std::string out = fmt::format(
      R"("{}":{{"sent":{},"replies":{},"hits":{},"misses":{},"errors":{},"first_error":{},"seconds":{:.6f},"rate":{:.1f},)",
      result.name, result.sent, result.replies, result.counts.hits, result.counts.misses, result.counts.errors,
      json_string(result.counts.first_error), seconds, seconds > 0 ? static_cast<double>(result.replies) / seconds : 0);
  out += fmt::format(R"("latency":{},"lateness":{},"worst_by_slice":[{}],"series":[)", histogram_json(result.latency),
                     histogram_json(result.lateness), fmt::join(result.worst_by_slice, ","));
  for (size_t i = 0; i < result.series.size(); ++i) {
    const auto& [time, value] = result.series[i];
    fmt::format_to(std::back_inserter(out), "{}[{},{}]", i == 0 ? "" : ",", time, value);
  }
  return out + "]}";
}

void print_json(const std::vector<StreamResult>& results, const ServerUse& use) {
  std::string streams;
  for (const StreamResult& result : results) streams += (streams.empty() ? "" : ",") + stream_json(result);
  fmt::print(
      R"({{"server":{{"cpu":{},"resident_before":{},"resident_connected":{},"resident_after":{}}},"streams":{{{}}}}})"
      "\n",
      use.cpu, use.resident_before, use.resident_connected, use.resident_after, streams);
}

}  // namespace
}  // namespace larder::bench

int main(int argc, char** argv) {
  using namespace larder::bench;
  LoadOptions options;
  std::vector<std::string> streams;
  std::string dialect = "resp";
  CLI::App app{"Sends streams of requests to a cache server and measures them"};
  app.add_option("--host", options.host, "IPv4 address")->capture_default_str();
  app.add_option("--port", options.port, "TCP port")->required();
  app.add_option("--dialect", dialect, "resp or memcached")->check(CLI::IsMember({"resp", "memcached"}));
  app.add_option("--server-pid", options.server_pid, "process whose CPU time and memory are read; 0 = none");
  app.add_option("--threads", options.threads, "threads of load")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--timeout", options.timeout, "seconds until a run has failed")->capture_default_str();
  app.add_option("--stream", streams, "words of one stream, e.g. 'pipeline=16 set=100 count=1000000'")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    if (dialect == "memcached") options.dialect = Dialect::memcached;
    for (const std::string& text : streams) options.streams.push_back(parse_stream(text));
    ServerUse use;
    const auto results = run_load(options, use);
    print_json(results, use);
  } catch (const std::exception& error) {
    fmt::print(stderr, "larder-load: {}\n", error.what());
    return 1;
  }
}
