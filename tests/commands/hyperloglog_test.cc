// HyperLogLog commands over a connection. That the bytes are Redis' is compared in the oracle's tests.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

class HyperloglogCommands : public CommandTest {
 protected:
  void add(const std::string& key, int from, int to) {
    for (int i = from; i < to; i += 4) {
      run("PFADD", key, std::to_string(i), std::to_string(i + 1), std::to_string(i + 2), std::to_string(i + 3));
    }
  }
  int count(const std::string& key) { return std::stoi(run("PFCOUNT", key).text); }
};

TEST_P(HyperloglogCommands, CountsAreNear) {
  EXPECT_THAT(run("PFADD", "h"), is_int(1));
  EXPECT_THAT(run("PFCOUNT", "h"), is_int(0));
  EXPECT_THAT(run("PFADD", "h", "a", "b"), is_int(1));
  EXPECT_THAT(run("PFADD", "h", "b", "a"), is_int(0));
  EXPECT_THAT(run("PFCOUNT", "h"), is_int(2));
  add("many", 0, 4000);
  EXPECT_THAT(run("PFDEBUG", "ENCODING", "many"), testing::Field(&Reply::text, "dense"));
  EXPECT_NEAR(count("many"), 4000, 160);
  EXPECT_EQ(count("many"), count("many"));
}

TEST_P(HyperloglogCommands, AUnionCountsWhatIsCommonOnce) {
  add("a", 0, 400);
  add("b", 200, 600);
  EXPECT_NEAR(std::stoi(run("PFCOUNT", "a", "b", "nothing").text), 600, 40);
  EXPECT_THAT(run("PFMERGE", "c", "a", "b", "nothing"), is_ok());
  EXPECT_EQ(run("PFCOUNT", "c").text, run("PFCOUNT", "a", "b").text);
  EXPECT_THAT(run("PFMERGE", "alone"), is_ok());
  EXPECT_THAT(run("PFCOUNT", "alone"), is_int(0));
}

TEST_P(HyperloglogCommands, ADenseOneIsChangedInPlace) {
  run("PFADD", "h", "a");
  run("PFDEBUG", "TODENSE", "h");
  EXPECT_THAT(run("STRLEN", "h"), is_int(12304));
  run("PEXPIRE", "h", "5000");
  EXPECT_THAT(run("PFADD", "h", "b"), is_int(1));
  EXPECT_THAT(run("PTTL", "h"), is_int(5000));
  EXPECT_THAT(run("PFCOUNT", "h"), is_int(2));
}

TEST_P(HyperloglogCommands, OtherStringsAreRefusedAndKept) {
  run("SET", "text", "HYLL");
  EXPECT_THAT(run("PFADD", "text", "a"), is_error("WRONGTYPE Key is not a valid HyperLogLog string value."));
  EXPECT_THAT(run("PFCOUNT", "text"), is_error("WRONGTYPE Key is not"));
  EXPECT_THAT(run("GET", "text"), is_bulk("HYLL"));
  const std::string broken("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80\x40", 17);
  run("SET", "broken", broken);
  EXPECT_THAT(run("PFADD", "broken", "a"), is_error("INVALIDOBJ Corrupted HLL object detected"));
  EXPECT_THAT(run("PFCOUNT", "broken"), is_error("INVALIDOBJ"));
  EXPECT_THAT(run("PFCOUNT", "broken", "nothing"), is_error("INVALIDOBJ"));
  EXPECT_THAT(run("PFMERGE", "d", "broken"), is_error("INVALIDOBJ"));
  EXPECT_THAT(run("GET", "broken"), is_bulk(broken));
  EXPECT_THAT(run("EXISTS", "d"), is_int(0));
  EXPECT_THAT(run("PFSELFTEST"), is_ok());
}

LARDER_COMMAND_TESTS(HyperloglogCommands);

}  // namespace
}  // namespace larder::test
