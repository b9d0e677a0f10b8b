// What the oracle tests of sorted sets share. See oracle_test.h.
#pragma once

#include <string>
#include <string_view>

#include "tests/oracle/oracle_test.h"

namespace larder::test {

class ZsetOracle : public OracleTest {
 protected:
  /// ZADD with `count` members m0 m1 ... of `scores` different scores.
  void fill(const std::string& key, int count, int scores, size_t bytes = 0) {
    Args command{"ZADD", key};
    for (int i = 0; i < count; ++i) {
      const std::string member = "m" + std::to_string(i);
      command.push_back(std::to_string(i * 7919 % scores));
      command.push_back(member + std::string(bytes > member.size() ? bytes - member.size() : 0, 'x'));
    }
    link().same({}, command, Location::here());
  }

  /// Runs a script over a sorted set in each encoding; `{z}` in it is the key.
  void run_in_both(const std::string& made_by, std::string_view script) {
    for (const char* entries : {"128", "0"}) {
      configure("zset-max-listpack-entries", entries);
      set("z", "z" + std::string(entries));
      run(made_by);
      run("OBJECT ENCODING {z}");
      run(script);
    }
  }
};

}  // namespace larder::test
