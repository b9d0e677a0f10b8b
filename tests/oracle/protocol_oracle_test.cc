// Raw bytes: inline commands, malformed requests, limits, partial input. What is answered, and whether the connection
// stays open.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class ProtocolOracle : public OracleTest {
 protected:
  /// The bytes are answered by so many replies, and the connection goes on.
  void answered(std::string_view bytes, int replies, Location at = Location::here()) {
    Link& to = open("raw", version() == 3 ? 3 : 0);
    to.same_raw(bytes, replies, at);
    to.same({}, {"PING"}, at);
  }

  /// The connection is closed by the bytes, after the same replies.
  void closed(std::string_view bytes, Location at = Location::here()) {
    Link& to = open("raw", version() == 3 ? 3 : 0);
    to.same_raw(bytes, 0, at);
    to.same_end(at);
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, ProtocolOracle, both_protocols(), protocol_name);

TEST_P(ProtocolOracle, Inline) {
  answered("PING\r\n", 1);
  answered("PING\n", 1);
  answered("ping hello\r\n", 1);
  answered("  PING   hello  \r\n", 1);
  answered("\tPING\thello\r\n", 1);
  answered("\r\n", 0);
  answered("\n", 0);
  answered("   \r\n", 0);
  answered("\r\n\r\n\r\nPING\r\n", 1);
  answered("SET k \"a b\"\r\nGET k\r\n", 2);
  answered("SET k 'a b'\r\nGET k\r\n", 2);
  answered("SET k \"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\"\r\nGET k\r\n", 2);
  answered("SET k 'it\\'s'\r\nGET k\r\n", 2);
  answered("SET k '\\x41\\n'\r\nGET k\r\n", 2);
  answered("SET k \"\"\r\nGET k\r\n", 2);
  answered("SET k ''\r\nGET k\r\n", 2);
  answered("SET k a\"b\"\r\nGET k\r\n", 2);
  answered("\"PING\"\r\n", 1);
  answered("SET k \"\\xg1\"\r\nGET k\r\n", 2);
  answered("SET k \"\\x4\"\r\nGET k\r\n", 2);
  answered("SET k a\x01\x7f\xff\r\nGET k\r\n", 2);
  answered("BOGUS a b\r\n", 1);
  answered("GET\r\n", 1);
  answered("PING \r\r\n", 1);
  answered("PING a\rb\r\n", 1);
  answered("$4\r\n", 1);
  answered("+OK\r\n", 1);
  answered(":1\r\n", 1);
  answered("PING\r\n*1\r\n$4\r\nPING\r\nPING x\r\n", 3);
  answered("SET k v\r\n", 1);
}

TEST_P(ProtocolOracle, UnbalancedQuotes) {
  closed("SET k \"a\r\n");
  closed("SET k 'a\r\n");
  closed("\"\r\n");
  if (!reference().habits.quotes_within_words) {
    closed("SET k \"a\"b\r\n");
    closed("SET k 'a'b\r\n");
    closed("SET k \"a\\\"\r\n");
  }
  closed("PING\r\nSET k \"a\r\nPING\r\n");
}

TEST_P(ProtocolOracle, TooLongInline) {
  closed(std::string(65536 + 10, 'a'));
  closed(std::string(100000, 'a') + "\r\n");
  answered("PING " + std::string(60000, 'a') + "\r\n", 1);
}

TEST_P(ProtocolOracle, MultibulkCounts) {
  answered("*0\r\n", 0);
  answered("*-1\r\n", 0);
  answered("*-5\r\n", 0);
  answered("*-2147483648\r\n", 0);
  answered("*0\r\n*0\r\n*1\r\n$4\r\nPING\r\n", 1);
  closed("*abc\r\n");
  closed("*\r\n");
  closed("*1a\r\n");
  closed("* 1\r\n");
  closed("*+1\r\n");
  closed("*01\r\n");
  closed("*1.0\r\n");
  closed("*2147483648\r\n");
  closed("*1048577000000\r\n");
  closed("*9223372036854775808\r\n");
  closed("*-9223372036854775809\r\n");
  closed("*" + std::string(65536, '1'));
  closed("PING\r\n*abc\r\nPING\r\n");
}

TEST_P(ProtocolOracle, BulkLengths) {
  closed("*1\r\n$-1\r\n");
  closed("*1\r\n$-5\r\n");
  closed("*1\r\n$abc\r\n");
  closed("*1\r\n$\r\n");
  closed("*1\r\n$4a\r\nPING\r\n");
  closed("*1\r\n$+4\r\nPING\r\n");
  closed("*1\r\n$04\r\nPING\r\n");
  closed("*1\r\n$ 4\r\nPING\r\n");
  closed("*1\r\n$536870913\r\n");
  closed("*1\r\n$9223372036854775808\r\n");
  closed("*1\r\n:4\r\n");
  closed("*1\r\nPING\r\n");
  closed("*1\r\n*1\r\n");
  closed("*1\r\n\r\n");
  closed("*2\r\n$3\r\nGET\r\n\x01\r\n");
  closed("*1\r\n$" + std::string(65536, '1'));
  closed("*2\r\n$3\r\nGET\r\n$-1\r\n");
  closed("*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$x\r\n");
}

TEST_P(ProtocolOracle, BulkTerminators) {
  answered("*1\r\n$4\r\nPINGxx", 1);
  answered("*2\r\n$4\r\nPINGxx$5\r\nhelloyy", 1);
  answered("*1\r\n$0\r\n\r\n", 1);
  answered("*2\r\n$0\r\n\r\n$0\r\n\r\n", 1);
  answered("*1\r\n$7\r\nPI\r\nNG\n\r\n", 1);
  answered("*2\n\r$4\r\nPING\r\n$1\r\nx\r\n", 1);
}

TEST_P(ProtocolOracle, ProtoMaxBulkLen) {
  configure("proto-max-bulk-len", "2000000");
  answered("*2\r\n$4\r\nECHO\r\n$2000000\r\n" + std::string(2000000, 'x') + "\r\n", 1);
  closed("*2\r\n$4\r\nECHO\r\n$2000001\r\n");
}

TEST_P(ProtocolOracle, AcrossProtocolAttacks) {
  closed("POST / HTTP/1.1\r\n\r\n");
  closed("post / HTTP/1.1\r\nPING\r\n");
  closed("Host: example\r\n");
  closed("HOST: example\r\n");
  closed("*1\r\n$4\r\nPOST\r\n");
  closed("*2\r\n$5\r\nhost:\r\n$1\r\nx\r\n");
  answered("GET / HTTP/1.1\r\n", 1);
  answered("PUT / HTTP/1.1\r\n", 1);
  answered("Host localhost\r\n", 1);
  answered("Accept: x\r\n", 1);
  closed("GET / HTTP/1.1\r\nAccept: x\r\nHost: localhost\r\n\r\n");
  closed("MULTI\r\nPOST x\r\nPING\r\n");
}

TEST_P(ProtocolOracle, ByteByByte) {
  Link& to = link("raw");
  const std::string requests =
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhel\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING \"a b\"\r\n\r\n*0\r\nPING\n";
  for (const char byte : requests) to.send_raw(std::string_view(&byte, 1));
  for (int i = 0; i < 4; ++i) to.same_next({}, Location::here());
}

TEST_P(ProtocolOracle, Pipelines) {
  std::string pipeline;
  for (int i = 0; i < 500; ++i) {
    pipeline += encode_command({"SET", "k" + std::to_string(i), std::string(static_cast<size_t>(i * 3), 'v')});
    pipeline += encode_command({"GET", "k" + std::to_string(i)});
    pipeline += encode_command({"INCR", "k" + std::to_string(i % 7)});
    pipeline += "PING " + std::to_string(i) + "\r\n";
  }
  link().same_raw(pipeline, 2000, Location::here());
}

TEST_P(ProtocolOracle, TheEndOfTheInput) {
  for (const char* bytes :
       {"", "PING\r\n", "PING", "*2\r\n$3\r\nGET\r\n$1\r\n", "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPI"}) {
    Link& to = open("raw", 0);
    to.send_raw(bytes);
    to.theirs().finish_sending();
    to.ours().finish_sending();
    to.same_end(Location::here());
  }
}

TEST_P(ProtocolOracle, AfterQuit) {
  closed("QUIT\r\nPING\r\n");
  closed("PING\r\nQUIT\r\nPING\r\nSET after quit\r\n");
  closed("*1\r\n$4\r\nquit\r\n");
  closed("QUIT a b c\r\n");
  run("EXISTS after");
}

TEST_P(ProtocolOracle, UnknownCommands) {
  run(R"(
    BOGUS
    bogus
    BOGUS a
    BOGUS a b c
    BOGUS ""
    BOGUS "a b" "c\"d" "e'f"
    "" a
    "a\r\nb"
    BOGUS "a\r\nb"
    [until_nul] "bin\x00x" y
    [until_nul] BOGUS "bin\x00x" y
    "GET "
    " GET k"
    GETX
    GE
    config|get maxmemory
  )");
  same("BOGUS", std::string(50, 'a'), std::string(50, 'b'), std::string(50, 'c'), std::string(50, 'd'));
  same("BOGUS", std::string(127, 'a'));
  same("BOGUS", std::string(128, 'a'));
  same("BOGUS", std::string(129, 'a'), "b");
  same("BOGUS", std::string(1000, 'a'));
  same(std::string(127, 'x'));
  same(std::string(128, 'x'), "a");
  same(std::string(1000, 'x'), "a");
  Args many{"BOGUS"};
  for (int i = 0; i < 100; ++i) many.push_back(std::to_string(i));
  link().same({}, many, Location::here());
}

TEST_P(ProtocolOracle, UnauthenticatedLimits) {
  restart({"--requirepass", "secret"});
  ignore_state();
  for (const char* bytes :
       {"*11\r\n", "*10\r\n$1\r\na\r\n$16385\r\n", "*1\r\n$16385\r\n", "*1\r\n$536870913\r\n", "*x\r\n"}) {
    Link& to = open("raw", 0);
    to.same_raw(bytes, 0, Location::here());
    to.same_end(Location::here());
  }
  Link& to = open("raw", 0);
  to.same_raw("*2\r\n$4\r\nPING\r\n$16384\r\n" + std::string(16384, 'x') + "\r\n", 1, Location::here());
  to.same({}, {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}, Location::here());
  to.same({}, {"AUTH", "secret"}, Location::here());
  to.same({}, {"ECHO", std::string(20000, 'x')}, Location::here());
}

TEST_P(ProtocolOracle, LargeArguments) {
  const std::string large(3'000'000, 'x');
  same("SET", "large", large);
  same("GET", "large");
  same("APPEND", "large", large);
  same("ECHO", large);
  same("GETRANGE", "large", 2999990, 3000010);
  same("DEL", "large");
}

}  // namespace
}  // namespace larder::test
