// Lists: every command of the group that does not block, with its options, reply types, error texts, edge cases and
// encodings.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class ListOracle : public OracleTest {
 protected:
  /// RPUSH with `count` elements e0 e1 ..., each filled up to `bytes` bytes.
  void fill(const std::string& key, int count, size_t bytes = 3) {
    Args command{"RPUSH", key};
    for (int i = 0; i < count; ++i) {
      std::string element = "e" + std::to_string(i);
      if (element.size() < bytes) element.append(bytes - element.size(), 'x');
      command.push_back(element);
    }
    link().same({}, command, Location::here());
  }
  void encoding(const std::string& key) { run("[encoding_72] OBJECT ENCODING " + key); }
};
INSTANTIATE_TEST_SUITE_P(Resp, ListOracle, both_protocols(), protocol_name);

TEST_P(ListOracle, WrongArity) {
  run(R"(
    LPUSH l
    RPUSH l
    LPUSHX l
    RPUSHX l
    LPOP
    LPOP l 1 2
    RPOP
    RPOP l 1 2
    RPOP none 1 2
    LLEN
    LLEN l x
    LINDEX l
    LINDEX l 1 2
    LRANGE l 0
    LRANGE l 0 1 2
    LSET l 0
    LSET l 0 a b
    LREM l 0
    LTRIM l 0
    LINSERT l BEFORE a
    LPOS l
    LMOVE a b LEFT
    LMOVE a b LEFT RIGHT x
    RPOPLPUSH a
    RPOPLPUSH a b c
    LMPOP 1
    LMPOP 1 l
  )");
}

TEST_P(ListOracle, WrongType) {
  run(R"(
    SET k v
    RPUSH l a
    LPUSH k a
    RPUSH k a
    LPUSHX k a
    RPUSHX k a
    LPOP k
    LPOP k 0
    LPOP k 2
    LPOP k x
    RPOP k
    LLEN k
    LINDEX k 0
    LINDEX k x
    LRANGE k 0 1
    LRANGE k x 1
    LSET k 0 a
    LSET k x a
    LREM k 0 a
    LREM k x a
    LTRIM k 0 1
    LTRIM k x 1
    LINSERT k BEFORE a b
    LINSERT k BESIDE a b
    LPOS k a
    LPOS k a RANK 0
    LMOVE k l LEFT LEFT
    LMOVE l k LEFT LEFT
    LMOVE none k LEFT LEFT
    LMOVE k k LEFT LEFT
    LMOVE k l UP DOWN
    RPOPLPUSH k l
    RPOPLPUSH l k
    RPOPLPUSH none k
    LMPOP 1 k LEFT
    LMPOP 2 none k LEFT
    LMPOP 2 l k LEFT
    LMPOP 2 k l LEFT
    GET l
    SADD l a
    HSET l f v
    GET k
    LRANGE l 0 -1
  )");
}

TEST_P(ListOracle, PushAndPop) {
  run(R"(
    LPUSH l a
    LPUSH l b c
    RPUSH l d e
    LRANGE l 0 -1
    LPUSHX l first
    RPUSHX l last "" "a b"
    LPUSHX none a
    RPUSHX none a
    EXISTS none
    LLEN l
    LLEN none
    LPOP l
    RPOP l
    LPOP l 0
    LPOP l 2
    RPOP l 3
    LRANGE l 0 -1
    LPOP l -1
    LPOP l x
    LPOP l 1.5
    LPOP l 9223372036854775808
    LPOP l -9223372036854775808
    LPOP none
    LPOP none 0
    LPOP none 3
    LPOP none -1
    RPOP none
    RPOP none 3
    RPOP l 9223372036854775807
    EXISTS l
    RPUSH n 1 -1 127 128 -4096 4095 -32768 8388607 2147483647 9223372036854775807 -9223372036854775808
    RPUSH n 01 +1 -0 1.0 9223372036854775808 " 1"
    LRANGE n 0 -1
    LPOP n 30
  )");
}

TEST_P(ListOracle, Index) {
  run("RPUSH l a b c 12 e");
  for (const char* index : {"0", "1", "4", "5", "-1", "-5", "-6", "x", "1.0", "", "9223372036854775808"}) {
    run(std::string("LINDEX l \"") + index + "\"");
    run(std::string("LINDEX none \"") + index + "\"");
    run(std::string("LSET l \"") + index + "\" new");
    run(std::string("LSET none \"") + index + "\" new");
    run("LRANGE l 0 -1");
  }
}

/// Redis 7.2 and Valkey take the lower half of such an index for a small list: LSET l 4294967296 changes the first
/// element. We refuse it, as Redis 7.0 does.
TEST_P(ListOracle, AnIndexBeyondTheListIsOutOfRange) {
  run(R"(
    RPUSH l a b c
    LINDEX l 4294967296
    LINDEX l 9223372036854775807
    LINDEX l -9223372036854775808
  )");
  if (!reference().habits.before_72) return;
  run(R"(
    LSET l 4294967296 new
    LSET l 9223372036854775807 new
    LSET l -9223372036854775808 new
  )");
}

TEST_P(ListOracle, Range) {
  run("RPUSH l a b c d e");
  static const char* const kIndexes[] = {
      "0", "2", "4", "5", "7", "-1", "-3", "-5", "-9", "9223372036854775807", "-9223372036854775808"};
  for (const char* first : kIndexes) {
    for (const char* last : kIndexes) {
      const std::string both = std::string(first) + " " + last;
      run("LRANGE l " + both);
      run("DEL t");
      run("RPUSH t a b c d e");
      run("LTRIM t " + both);
      run("LRANGE t 0 -1");
      run("EXISTS t");
    }
  }
  run(R"(
    LRANGE none 0 -1
    LRANGE l x 1
    LRANGE l 1 x
    LTRIM none 0 1
    LTRIM l x 1
    LTRIM l 1 x
    LRANGE l 0 -1
  )");
}

TEST_P(ListOracle, Remove) {
  for (const char* count :
       {"0", "1", "2", "-1", "-2", "-100", "100", "9223372036854775807", "-9223372036854775807", "x", "1.5"}) {
    run("DEL l");
    run("RPUSH l a b 1 a 1 c a 01 1");
    run(std::string("LREM l ") + count + " a");
    run("LRANGE l 0 -1");
    run(std::string("LREM l ") + count + " 1");
    run("LRANGE l 0 -1");
    run(std::string("LREM none ") + count + " 1");
  }
  run(R"(
    LREM l 0 none
    LREM l 0 b
    LREM l 0 c
    LREM l 0 01
    LREM l 0 a
    LREM l 0 1
    EXISTS l
  )");
}

TEST_P(ListOracle, Insert) {
  run(R"(
    LINSERT none BEFORE a b
    RPUSH l a b a 12
    LINSERT l before a x
    LINSERT l AFTER a y
    LINSERT l AFTER 12 z
    LINSERT l BEFORE 12 13
    LINSERT l BEFORE none 13
    LINSERT l AFTER none 13
    LINSERT l BESIDE a b
    LINSERT none BESIDE a b
    LINSERT l BEFORE 012 b
    LRANGE l 0 -1
  )");
}

TEST_P(ListOracle, Positions) {
  run("RPUSH l a b c 1 2 3 c c 1");
  for (const char* element : {"a", "c", "1", "none", ""}) {
    const std::string lpos = std::string("LPOS l \"") + element + "\"";
    run(lpos);
    for (const char* rank : {"1", "2", "3", "4", "-1", "-2", "-4", "9223372036854775807", "-9223372036854775807"}) {
      run(lpos + " RANK " + rank);
      for (const char* count : {"0", "1", "2", "10"}) {
        run(lpos + " RANK " + rank + " COUNT " + count);
        for (const char* most : {"0", "1", "3", "8", "9", "100"}) {
          run(lpos + " RANK " + rank + " COUNT " + count + " MAXLEN " + most);
        }
      }
      run(lpos + " MAXLEN 3 RANK " + rank);
    }
  }
  run(R"(
    LPOS none a
    LPOS none a COUNT 2
    LPOS none a RANK 0
    LPOS l c RANK 0
    LPOS l c RANK x
    LPOS l c RANK
    LPOS l c COUNT -1
    LPOS l c COUNT x
    LPOS l c COUNT
    LPOS l c MAXLEN -1
    LPOS l c MAXLEN x
    LPOS l c MAXLEN
    LPOS l c BOGUS 1
    LPOS l c BOGUS
    LPOS l c COUNT 1 BOGUS
    LPOS l c count 1 COUNT 2 RANK 1 rank 2
    LPOS l c RANK 0 COUNT x
  )");
}

TEST_P(ListOracle, TheLowestIntegerIsRefused) {
  constexpr std::string_view kError =
      "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n";
  run("RPUSH l a");
  since_72(kError, "LREM", "l", "-9223372036854775808", "a");
  run("RPUSH other a");
  since_72(kError, "LPOS", "other", "a", "RANK", "-9223372036854775808");
  ignore_state();
}

TEST_P(ListOracle, Move) {
  run(R"(
    RPUSH l a b c 12
    LMOVE l m LEFT RIGHT
    LMOVE l m RIGHT LEFT
    LMOVE l m left left
    LMOVE l m RIGHT RIGHT
    EXISTS l
    LRANGE m 0 -1
    LMOVE m m LEFT RIGHT
    LMOVE m m RIGHT LEFT
    LMOVE m m LEFT LEFT
    LMOVE m m RIGHT RIGHT
    LRANGE m 0 -1
    LMOVE none m LEFT LEFT
    LMOVE none none LEFT LEFT
    LMOVE m l UP LEFT
    LMOVE m l LEFT UP
    RPOPLPUSH m l
    RPOPLPUSH m m
    RPOPLPUSH none m
    LRANGE m 0 -1
    LRANGE l 0 -1
    RPUSH one x
    RPOPLPUSH one one
    LMOVE one one LEFT RIGHT
    LRANGE one 0 -1
    EXPIRE one 100
    LMOVE one other LEFT LEFT
    TTL other
    EXISTS one
  )");
}

TEST_P(ListOracle, PopFromSeveral) {
  run(R"(
    LMPOP 1 none LEFT
    RPUSH a 1 2 3 4 5
    RPUSH b 6 7 8
    LMPOP 2 a b LEFT
    LMPOP 2 none a RIGHT
    LMPOP 2 a b left count 2
    LMPOP 3 none a b LEFT COUNT 100
    EXISTS a
    LMPOP 2 a b RIGHT COUNT 2
    LMPOP 0 a LEFT
    LMPOP -1 a LEFT
    LMPOP x a LEFT
    LMPOP 2 a LEFT
    LMPOP 3 a LEFT
    LMPOP 9223372036854775807 a LEFT
    LMPOP 9223372036854775808 a LEFT
    LMPOP 1 a b LEFT
    LMPOP 1 b UP
    LMPOP 1 b LEFT COUNT
    LMPOP 1 b LEFT COUNT 0
    LMPOP 1 b LEFT COUNT -1
    LMPOP 1 b LEFT COUNT x
    LMPOP 1 b LEFT COUNT 1 COUNT 1
    LMPOP 1 b LEFT BOGUS 1
    LMPOP 1 b LEFT COUNT 1 BOGUS
    LMPOP 1 b LEFT COUNT 1
    LMPOP 1 b LEFT COUNT 1
  )");
}

TEST_P(ListOracle, EncodingsBySize) {
  fill("l", 100, 70);
  encoding("l");
  fill("l", 30, 70);
  encoding("l");
  run("LPOP l 60");
  encoding("l");
  run("LPOP l 30");
  encoding("l");
  run("RPUSH big " + std::string(8185, 'x'));
  encoding("big");
  run("RPUSH bigger " + std::string(8186, 'x'));
  encoding("bigger");
  run("LSET bigger 0 short");
  encoding("bigger");
  run("LSET bigger 0 " + std::string(9000, 'y'));
  encoding("bigger");
  run("RPUSH s a b c");
  run("LINSERT s AFTER none " + std::string(9000, 'y'));
  encoding("s");
  run("LREM s 0 none");
  encoding("s");
  run("LTRIM s 0 -1");
  encoding("s");
  run("COPY l copied");
  encoding("copied");
}

TEST_P(ListOracle, EncodingsByNumber) {
  for (const char* limit : {"4", "1", "0", "128", "-1", "-5", "-100"}) {
    configure("list-max-listpack-size", limit);
    run("DEL l m");
    fill("l", 4);
    encoding("l");
    run("RPUSH l x");
    encoding("l");
    run("LPUSH l x y z");
    encoding("l");
    for (int i = 0; i < 6; ++i) {
      run("LPOP l");
      encoding("l");
    }
    fill("m", 129, 40);
    encoding("m");
    run("LTRIM m 0 30");
    encoding("m");
    run("LRANGE m 0 -1");
  }
}

/// What the middle of a list looks like after many changes there, whatever the form.
TEST_P(ListOracle, TheMiddleOfLargeLists) {
  for (const char* limit : {"-2", "4", "-1"}) {
    configure("list-max-listpack-size", limit);
    run("DEL l");
    fill("l", 600, 40);
    run("LREM l 0 " + ("e300" + std::string(36, 'x')));
    for (int i = 100; i < 500; i += 37) {
      const std::string pivot = "e" + std::to_string(i) + std::string(36, 'x');
      run("LINSERT l BEFORE " + pivot + " before" + std::to_string(i));
      run("LINSERT l AFTER " + pivot + " " + std::string(3000, 'a'));
      run("LSET l " + std::to_string(i) + " " + std::string(i * 10, 's'));
      run("LINDEX l " + std::to_string(i));
      run("LINDEX l -" + std::to_string(i));
      run("LREM l -1 " + std::string(3000, 'a'));
    }
    run("LLEN l");
    run("LRANGE l 0 -1");
    run("LRANGE l 250 260");
    run("LPOS l before211 RANK -1");
    run("LTRIM l 200 -200");
    run("LRANGE l 0 -1");
    run("LPOP l 100");
    run("RPOP l 100");
  }
}

TEST_P(ListOracle, DeadlinesAndTransactions) {
  run(R"(
    RPUSH l a
    EXPIRE l 100
    RPUSH l b
    [within:1] TTL l
    LMOVE l l LEFT RIGHT
    [within:1] TTL l
    LPOP l 2
    TTL l
    RPUSH gone a
    PEXPIREAT gone 1
    LPUSH gone b
    LRANGE gone 0 -1
    MULTI
    RPUSH t a b
    LPOP t
    LRANGE t 0 -1
    LMPOP 1 t LEFT
    EXISTS t
    EXEC
    RPUSH from a
    COPY from to
    LSET to 0 b
    LRANGE from 0 -1
    MOVE from 1
    SELECT 1
    LRANGE from 0 -1
  )");
}

}  // namespace
}  // namespace larder::test
