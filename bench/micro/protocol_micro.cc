// What reading requests and writing replies costs without sockets and store. How to read it: `items_per_second` counts
// requests or replies; the batches are as long as the read of a client that pipelines 100 commands. Threads: one.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "protocol/output_buffer.h"
#include "protocol/reply_writer.h"
#include "protocol/request_parser.h"

namespace larder::bench {
namespace {

constexpr int kBatch = 100;
constexpr std::string_view kGet = "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000123456\r\n";
constexpr std::string_view kSet =
    "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000123456\r\n$32\r\na value of thirty-two bytes long\r\n";

void parse(benchmark::State& state, std::string_view request) {
  std::string input;
  for (int i = 0; i < kBatch; ++i) input += request;
  protocol::RequestParser parser;
  const protocol::ParserLimits limits;
  std::vector<std::string_view> args;
  for (auto _ : state) {
    for (std::span<char> rest{input}; !rest.empty(); rest = rest.subspan(parser.consumed())) {
      args.clear();
      if (parser.parse(rest, args, limits) != protocol::RequestParser::Status::complete) {
        state.SkipWithError("a whole request was not read");
        return;
      }
      benchmark::DoNotOptimize(args.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK_CAPTURE(parse, get, kGet);
BENCHMARK_CAPTURE(parse, set, kSet);
BENCHMARK_CAPTURE(parse, ping, std::string_view{"*1\r\n$4\r\nPING\r\n"});

template <class Write>
void write(benchmark::State& state, Write write_one) {
  protocol::OutputBuffer output;
  protocol::ReplyWriter reply{output, 2};
  for (auto _ : state) {
    for (int i = 0; i < kBatch; ++i) write_one(reply);
    benchmark::DoNotOptimize(output.size());
    output.clear();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
void write_ok(benchmark::State& state) {
  write(state, [](protocol::ReplyWriter& reply) { reply.ok(); });
}
BENCHMARK(write_ok);
void write_bulk(benchmark::State& state) {
  const std::string value(static_cast<size_t>(state.range(0)), 'x');
  write(state, [&](protocol::ReplyWriter& reply) { reply.bulk(value); });
}
BENCHMARK(write_bulk)->Arg(32)->Arg(1024);
void write_integer(benchmark::State& state) {
  int64_t number = 0;
  write(state, [&](protocol::ReplyWriter& reply) { reply.integer(number++); });
}
BENCHMARK(write_integer);

}  // namespace
}  // namespace larder::bench

BENCHMARK_MAIN();
