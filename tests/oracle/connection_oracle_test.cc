// AUTH, HELLO, PING, ECHO, QUIT, RESET, SELECT.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class ConnectionOracle : public OracleTest {};
INSTANTIATE_TEST_SUITE_P(Resp, ConnectionOracle, both_protocols(), protocol_name);

TEST_P(ConnectionOracle, PingEcho) {
  run(R"(
    PING
    ping
    PING hello
    PING ""
    PING "bin\x00\r\n"
    PING a b
    ECHO
    ECHO hello
    ECHO ""
    ECHO "bin\x00\r\n"
    ECHO a b
  )");
}

TEST_P(ConnectionOracle, Select) {
  run(R"(
    SELECT 0
    SELECT 15
    SET k in-15
    SELECT 16
    SELECT -1
    SELECT abc
    SELECT 1.5
    SELECT ""
    SELECT 9223372036854775807
    SELECT 9223372036854775808
    SELECT 2147483648
    SELECT " 1"
    SELECT
    SELECT 1 2
    GET k
    SELECT 0
    GET k
    (other) GET k
  )");
}

TEST_P(ConnectionOracle, Databases) {
  restart({"--databases", "3"});
  run(R"(
    SELECT 2
    SELECT 3
    SELECT 16
    SET k v
    MOVE k 3
    COPY k l DB 3
    SWAPDB 0 3
    SWAPDB 3 0
    CONFIG GET databases
  )");
  ignore_state();
}

TEST_P(ConnectionOracle, Hello) {
  open("main", 0);
  run(R"(
    [hello] HELLO
    [hello] HELLO 2
    [hello] HELLO 3
    [hello] HELLO
    GET nothing
    [hello] HELLO 2
    GET nothing
    HELLO 1
    HELLO 4
    HELLO 0
    HELLO -1
    HELLO abc
    HELLO ""
    HELLO 3.0
    HELLO 9223372036854775808
    HELLO 3 BOGUS
    HELLO 3 SETNAME
    HELLO 3 AUTH
    HELLO 3 AUTH default
    HELLO 3 AUTH nobody wrong
    GET nothing
    [hello] HELLO 3 SETNAME me
    CLIENT GETNAME
    [hello] hello 2 setname you
    CLIENT GETNAME
    HELLO 3 SETNAME "with space"
    HELLO 3 SETNAME "line\n"
    CLIENT GETNAME
    GET nothing
    [hello] HELLO 3 SETNAME ""
    CLIENT GETNAME
    HELLO 3 SETNAME a BOGUS
    CLIENT SETNAME z
    HELLO 5 SETNAME b
    CLIENT GETNAME
    [hello] HELLO 3 SETNAME a SETNAME b
    CLIENT GETNAME
    [hello] HELLO 3 AUTH default anything SETNAME c
  )");
}

TEST_P(ConnectionOracle, AuthWithoutAPassword) {
  run(R"(
    AUTH
    AUTH x
    AUTH default x
    AUTH default ""
    AUTH nobody x
    AUTH a b c
    AUTH ""
  )");
}

TEST_P(ConnectionOracle, AuthWithAPassword) {
  restart({"--requirepass", "secret"});
  ignore_state();
  open("main", 0);
  run(R"(
    PING
    GET k
    SET k
    BOGUS
    BOGUS a b
    SELECT 1
    MULTI
    EXEC
    COMMAND COUNT
    CONFIG GET x
    CONFIG BOGUS
    CLIENT ID
    SUBSCRIBE a
    [noauth_hello] HELLO
    [noauth_hello] HELLO 2
    [noauth_hello] HELLO 3
    HELLO 4
    [noauth_hello] HELLO 3 SETNAME a
    HELLO 3 AUTH default wrong
    HELLO 3 AUTH nobody secret
    AUTH
    AUTH wrong
    AUTH default wrong
    AUTH nobody secret
    AUTH DEFAULT secret
    AUTH a b c
    GET k
    RESET
    GET k
    AUTH secret
    GET k
    AUTH wrong
    GET k
    AUTH default secret
    RESET
    GET k
    [hello] HELLO 3 AUTH default secret
    GET k
    [hello] HELLO 2 AUTH default secret SETNAME me
    CLIENT GETNAME
    HELLO 3 AUTH default wrong
    GET k
    RESET
    QUIT
    <end
  )");
}

TEST_P(ConnectionOracle, Reset) {
  run(R"(
    RESET x
    CLIENT SETNAME me
    SELECT 3
    WATCH k
    SUBSCRIBE a
    RESET
    CLIENT GETNAME
    GET k
    SET here v
    (other) EXISTS here
    MULTI
    GET k
    RESET
    EXEC
    [hello] HELLO 3
    GET nothing
    RESET
    GET nothing
  )");
}

TEST_P(ConnectionOracle, Quit) {
  run(R"(
    QUIT
    <end
    (other) MULTI
    (other) QUIT
    (other) <end
    (third) QUIT x y
    (third) <end
  )");
}

}  // namespace
}  // namespace larder::test
