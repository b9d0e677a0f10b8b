// The store tells of every change, at two points: a consumer that hears of them knows at every step of a random program
// what the store holds, and another takes any program back to its start. All data commands, expiry (met and swept),
// eviction, three connections, transactions. The seed is printed with a failure.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>

#include "base/clock.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/commands/random_commands.h"
#include "tests/store/change_consumers.h"
#include "tests/support/resp_client.h"

namespace larder::test {
namespace {

using store::Encodings;
using store::Reason;
using store::ShardLocks;

class Changes : public ::testing::TestWithParam<uint64_t> {
 protected:
  void start(uint64_t maxmemory) {
    server::Server::Options options;
    options.settings.port = server::kPortAuto;
    options.settings.bind = {"127.0.0.1"};
    options.settings.io_threads = 2;
    options.settings.maxmemory_bytes = maxmemory;
    options.settings.maxmemory_policy = store::EvictionPolicy::allkeys_lru;
    options.clock = &clock_;
    options.log = [](std::string_view) {};
    server_ = std::make_unique<server::Server>(std::move(options));
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
    for (auto& client : clients_) {
      client = std::make_unique<RespClient>(Endpoint::tcp(static_cast<uint16_t>(server_->port())));
    }
  }
  void TearDown() override {
    for (auto& client : clients_) client.reset();
    server_.reset();
  }

  store::Store& data() { return server_->state().world.store; }

  /// Runs so many commands; calls `check` after each.
  template <class Check>
  void run(ProgramGenerator& generator, int steps, Check&& check) {
    for (int i = 0; i < steps && !HasFailure(); ++i) {
      const Args command = any_command(generator, random_);
      RespClient& client = *clients_[random_() % std::size(clients_)];
      const Received received = client.call(command);
      ASSERT_TRUE(received.ok()) << command[0];
      if (random_() % 8 == 0) clock_.advance(std::chrono::milliseconds(random_() % 100));
      SCOPED_TRACE("step " + std::to_string(i) + ", " + command[0]);
      check();
    }
  }

  void rebuild(uint64_t maxmemory) {
    start(maxmemory);
    data().attach(rebuilder_);
    ProgramGenerator generator(GetParam());
    random_.seed(GetParam());
    run(generator, 1500, [&] {
      ShardLocks locks(data());
      locks.lock_all();
      ASSERT_EQ(rebuilder_.keys(), digest_of(data(), locks));
      ASSERT_TRUE(rebuilder_.mistakes().empty()) << rebuilder_.mistakes().front();
    });
    data().detach(rebuilder_);
  }

  base::ManualClock clock_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<RespClient> clients_[3];
  std::mt19937_64 random_;
  store::Rebuilder rebuilder_;
};

TEST_P(Changes, RebuildTheStore) {
  rebuild(0);
  for (const Reason reason : {Reason::written, Reason::replaced, Reason::erased, Reason::expired}) {
    EXPECT_GT(rebuilder_.told(reason), 0);
  }
  EXPECT_EQ(rebuilder_.told(Reason::evicted), 0);
}

TEST_P(Changes, RebuildAStoreThatEvicts) {
  rebuild(80'000);
  EXPECT_GT(rebuilder_.told(Reason::evicted), 0);
}

TEST_P(Changes, AreUndone) {
  start(0);
  store::ThreadState& thread = data().add_thread();
  ProgramGenerator generator(GetParam());
  random_.seed(GetParam());
  for (int program = 0; program < 6 && !HasFailure(); ++program) {
    run(generator, 150, [] {});
    store::UndoLog log;
    data().attach(log);
    store::Digest start;
    {
      ShardLocks locks(data());
      locks.lock_all();
      start = digest_of(data(), locks, Encodings::told);
      log.clear();  // of what the sweeper has done meanwhile
    }
    run(generator, 300, [] {});
    {
      ShardLocks locks(data());
      locks.lock_all();
      EXPECT_GT(log.size(), 10u);
      // At the time of the start nothing of it had expired, so the threads' own time does for the undoing.
      log.undo(data(), thread, locks);
      EXPECT_EQ(digest_of(data(), locks, Encodings::told), start) << "program " << program;
    }
    data().detach(log);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Changes, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace larder::test
