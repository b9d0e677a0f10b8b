// lazyfree-lazy-*: which ways of losing a key destroy a large value in the background.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "server/state.h"
#include "tests/commands/server_fixture.h"

namespace larder::test {
namespace {

class LazyFree : public ServerFixture {
 protected:
  /// A set that takes many allocations.
  void make(const std::string& key) {
    for (int i = 0; i < 300; ++i) run("SADD", key, std::to_string(i) + std::string(2000, 'm'));
  }
  /// How many values have been destroyed in the background since the last call.
  int64_t freed() {
    auto& background = server_->state().world.store.background();
    background.drain();
    const auto count = static_cast<int64_t>(background.freed_objects());
    background.reset_freed();
    return count;
  }
  /// What `lose` does with and without the directive.
  template <class Lose>
  void expect_effect(const char* directive, Lose&& lose) {
    for (const char* value : {"no", "yes"}) {
      make("large");
      EXPECT_EQ(text("CONFIG", "SET", directive, value), "OK");
      lose();
      EXPECT_EQ(text("EXISTS", "large", "other"), "1");
      EXPECT_EQ(freed(), std::string(value) == "yes" ? 1 : 0) << directive << " " << value;
      run("FLUSHALL", "SYNC");
      freed();
    }
  }
};

TEST_P(LazyFree, UserDel) {
  expect_effect("lazyfree-lazy-user-del", [&] {
    run("SET", "other", "v");
    run("DEL", "large");
  });
}

TEST_P(LazyFree, ServerDelWhenAValueIsReplaced) {
  expect_effect("lazyfree-lazy-server-del", [&] { run("SET", "large", "v"); });
  expect_effect("lazyfree-lazy-server-del", [&] {
    run("SET", "other", "v");
    run("RENAME", "other", "large");
  });
  expect_effect("lazyfree-lazy-server-del", [&] {
    run("SET", "source", "v");
    run("COPY", "source", "large", "REPLACE");
  });
}

TEST_P(LazyFree, Expire) {
  run("CONFIG", "SET", "lazyfree-lazy-user-del", "no");
  expect_effect("lazyfree-lazy-expire", [&] {
    run("PEXPIRE", "large", "10");
    run("SET", "other", "v");
    clock_.advance(std::chrono::milliseconds(20));
    run("GET", "large");
  });
}

TEST_P(LazyFree, Eviction) {
  run("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
  expect_effect("lazyfree-lazy-eviction", [&] {
    run("EXPIRE", "large", "1000");
    run("SET", "other", "v");
    run("CONFIG", "SET", "maxmemory", "1");
    run("CONFIG", "SET", "maxmemory", "0");
  });
}

TEST_P(LazyFree, UserFlush) {
  for (const char* value : {"no", "yes"}) {
    make("large");
    EXPECT_EQ(text("CONFIG", "SET", "lazyfree-lazy-user-flush", value), "OK");
    run("FLUSHALL");
    EXPECT_EQ(freed(), std::string(value) == "yes" ? 1 : 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Protocols, LazyFree, ::testing::Values(2, 3), protocol_name);

}  // namespace
}  // namespace larder::test
