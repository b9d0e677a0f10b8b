// Histories of several clients on four I/O threads, single commands and transactions over few keys, checked for
// linearizability (tests/support/linearizability.h). Each round has a seed, printed when it fails; the interleaving
// itself is the machine's.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <random>
#include <thread>

#include "tests/server/server_fixture.h"
#include "tests/support/linearizability.h"

namespace larder::server {
namespace {

using test::Operation;
using test::Step;

constexpr size_t kOperations = 40;  // of each client in a round
constexpr unsigned kKeys = 4;

Step random_step(std::mt19937_64& random) {
  const auto kind = static_cast<Step::Kind>(random() % 6);
  const bool writes = kind == Step::Kind::set || kind == Step::Kind::getset || kind == Step::Kind::append;
  return {kind, "key:" + std::to_string(random() % kKeys), writes ? std::to_string(random() % 100) : "", {}};
}

std::vector<std::string> arguments_of(const Step& step) {
  switch (step.kind) {
    case Step::Kind::get: return {"GET", step.key};
    case Step::Kind::set: return {"SET", step.key, step.argument};
    case Step::Kind::incr: return {"INCR", step.key};
    case Step::Kind::del: return {"DEL", step.key};
    case Step::Kind::getset: return {"GETSET", step.key, step.argument};
    case Step::Kind::append: return {"APPEND", step.key, step.argument};
  }
  return {};
}

std::optional<std::string> answer(const test::Reply& reply) {
  return reply.null || reply.type == '_' ? std::nullopt : std::optional(reply.text);
}

/// Executes the steps, several of them as a transaction that is sent at once.
void execute(test::RespClient& client, Operation& operation, std::atomic<int64_t>& order) {
  std::string bytes;
  for (const Step& step : operation.steps) bytes += test::encode_command(arguments_of(step));
  const bool transaction = operation.steps.size() > 1;
  if (transaction) bytes = test::encode_command({"MULTI"}) + bytes + test::encode_command({"EXEC"});
  operation.invoked = ++order;
  client.send_raw(bytes);
  for (size_t i = 0; transaction && i <= operation.steps.size(); ++i) client.receive();
  const test::Received received = client.receive();
  operation.responded = ++order;
  ASSERT_TRUE(received.ok());
  ASSERT_TRUE(!transaction || received.value.items.size() == operation.steps.size());
  for (size_t i = 0; i < operation.steps.size(); ++i) {
    operation.steps[i].reply = answer(transaction ? received.value.items[i] : received.value);
  }
}

std::vector<Operation> record(const RunningServer& server, uint64_t seed, unsigned clients) {
  std::vector<std::vector<Operation>> recorded(clients);
  std::atomic<int64_t> order{0};
  std::latch ready(clients);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937_64 random(seed * 100 + i);
      test::RespClient client = server.client();
      ready.arrive_and_wait();
      for (size_t n = 0; n < kOperations; ++n) {
        Operation operation{0, 0, {random_step(random)}};
        if (random() % 3 == 0) {
          for (size_t more = 1 + random() % 3; more > 0; --more) operation.steps.push_back(random_step(random));
        }
        execute(client, operation, order);
        recorded[i].push_back(std::move(operation));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<Operation> all;
  for (const auto& mine : recorded) all.insert(all.end(), mine.begin(), mine.end());
  return all;
}

TEST(History, OfSeveralClientsIsLinearizable) {
  const RunningServer server([](Settings& settings) { settings.io_threads = 4; });
  test::RespClient control = server.client();
  for (uint64_t seed = 1; seed <= 21; ++seed) {
    const auto clients = static_cast<unsigned>(2 + seed % 7);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(clients) + " clients");
    ASSERT_EQ(ask(control, "FLUSHALL"), "OK");
    const std::vector<Operation> history = record(server, seed, clients);
    const test::Verdict verdict = test::check_linearizable(history);
    ASSERT_TRUE(verdict.linearizable) << "The longest order has " << verdict.longest.size() << " of " << history.size()
                                      << " operations:\n"
                                      << test::describe(history);
  }
}

}  // namespace
}  // namespace larder::server
