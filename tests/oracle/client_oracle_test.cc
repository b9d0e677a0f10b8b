// CLIENT: every subcommand of the group.
#include <chrono>

#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class ClientOracle : public OracleTest {
 protected:
  /// `{name}` stands for the id of that connection on either server from now on.
  void know_id(const std::string& name) {
    const Link::Both ids = link(name).call({"CLIENT", "ID"});
    set(name, ids.theirs.value.text, ids.ours.value.text);
  }

  /// `{name-addr}` and `{name-laddr}` stand for the addresses of that connection.
  void know_address(const std::string& name) {
    const Link::Both lines = link(name).call({"CLIENT", "INFO"});
    for (const std::string field : {"addr", "laddr"}) {
      const auto value = [&](const std::string& line) {
        const size_t start = line.find(" " + field + "=") + field.size() + 2;
        return line.substr(start, line.find(' ', start) - start);
      };
      set(name + "-" + field, value(lines.theirs.value.text), value(lines.ours.value.text));
    }
  }

  /// Waits until the connection of that id is blocked (flag b) on both servers.
  void wait_until_blocked(const std::string& id) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (std::chrono::steady_clock::now() < deadline) {
      link("watcher").send({"CLIENT", "LIST", "ID", substitute(id, false)},
                           {"CLIENT", "LIST", "ID", substitute(id, true)});
      const Link::Both lines = link("watcher").receive();
      const auto blocked = [](const Received& line) { return line.bytes.find("flags=b") != std::string::npos; };
      if (blocked(lines.theirs) && blocked(lines.ours)) return;
    }
    ADD_FAILURE() << "the connection is not held back";
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, ClientOracle, both_protocols(), protocol_name);

TEST_P(ClientOracle, Arity) {
  run(R"(
    CLIENT
    CLIENT BOGUS
    CLIENT BOGUS a b
    CLIENT ID x
    CLIENT INFO x
    CLIENT GETNAME x
    CLIENT SETNAME
    CLIENT SETNAME a b
    CLIENT KILL
    CLIENT REPLY
    CLIENT REPLY ON x
    CLIENT NO-EVICT
    CLIENT NO-EVICT ON x
    CLIENT PAUSE
    CLIENT UNPAUSE x
    CLIENT GETREDIR x
    CLIENT TRACKINGINFO x
    CLIENT HELP x
    [help] CLIENT HELP
    [help] client help
  )");
}

TEST_P(ClientOracle, Names) {
  run(R"(
    CLIENT GETNAME
    CLIENT SETNAME me
    CLIENT GETNAME
    CLIENT SETNAME ""
    CLIENT GETNAME
    CLIENT SETNAME "a b"
    CLIENT SETNAME "a\n"
    CLIENT SETNAME "a\x00b"
    CLIENT SETNAME "\xff"
    CLIENT SETNAME "a~!"
    CLIENT GETNAME
    client setname lower
    client getname
    [kind] CLIENT ID
    CLIENT GETREDIR
    [unordered_map] CLIENT TRACKINGINFO
  )");
}

TEST_P(ClientOracle, Info) {
  run(R"(
    [client_list] CLIENT INFO
    CLIENT SETNAME me
    SELECT 3
    [client_list] CLIENT INFO
    [x2] SUBSCRIBE a b
    PSUBSCRIBE p
    SSUBSCRIBE s
    [x2] UNSUBSCRIBE a b
    PUNSUBSCRIBE p
    SUNSUBSCRIBE s
    [client_list] CLIENT INFO
    WATCH k
    MULTI
    CLIENT INFO
    PING
    DISCARD
    [client_list] client info
    CLIENT NO-EVICT ON
    [client_list] CLIENT INFO
    CLIENT NO-EVICT OFF
    [client_list] CLIENT INFO
  )");
}

TEST_P(ClientOracle, List) {
  know_id("main");
  know_id("other");
  run(R"(
    (other) CLIENT SETNAME other
    (other) SELECT 2
    (other) GET k
    [client_list] CLIENT LIST ID {main}
    [client_list] CLIENT LIST ID {other}
    [client_list] CLIENT LIST ID {main} {other}
    [client_list] CLIENT LIST ID {other} {other}
    [client_list] CLIENT LIST id {other}
    CLIENT LIST ID 999999
    CLIENT LIST ID 0
    CLIENT LIST ID -1
    CLIENT LIST ID abc
    CLIENT LIST ID
    CLIENT LIST ID {main} abc
    CLIENT LIST BOGUS
    CLIENT LIST TYPE
    CLIENT LIST TYPE bogus
    CLIENT LIST TYPE normal x
    CLIENT LIST TYPE master
    CLIENT LIST TYPE replica
    CLIENT LIST TYPE slave
    CLIENT LIST TYPE pubsub
    [kind] CLIENT LIST TYPE normal
    [kind] CLIENT LIST
    (other) WATCH k
    (other) MULTI
    (other) GET k
    (other) SET k v
    [client_list] CLIENT LIST ID {other}
    (other) DISCARD
    [client_list] CLIENT LIST ID {other}
    (other) SUBSCRIBE a
    (other) PSUBSCRIBE b
    (other) SSUBSCRIBE c
    [client_list] CLIENT LIST ID {other}
    [client_list] CLIENT LIST TYPE pubsub
    [client_list] CLIENT LIST TYPE PUBSUB
    (other) RESET
    [client_list] CLIENT LIST ID {other}
    (other) BOGUS
    [client_list] CLIENT LIST ID {other}
    (other) CONFIG GET maxmemory
    [client_list] CLIENT LIST ID {other}
  )");
}

TEST_P(ClientOracle, Kill) {
  know_id("main");
  know_id("a");
  know_id("b");
  run(R"(
    CLIENT KILL 127.0.0.1:1
    CLIENT KILL bogus
    CLIENT KILL ID
    CLIENT KILL ID abc
    CLIENT KILL ID 0
    CLIENT KILL ID -1
    CLIENT KILL ID 999999
    CLIENT KILL ADDR 127.0.0.1:1
    CLIENT KILL LADDR 127.0.0.1:1
    CLIENT KILL TYPE bogus
    CLIENT KILL TYPE replica
    CLIENT KILL TYPE master
    CLIENT KILL USER nobody
    CLIENT KILL SKIPME maybe
    CLIENT KILL ID {a} SKIPME
    CLIENT KILL BOGUS x
    CLIENT KILL ID {a} BOGUS x
    CLIENT KILL ID {a} ADDR 127.0.0.1:1
    (a) PING
    CLIENT KILL ID {a}
    (a) <end
    CLIENT KILL ID {a}
    CLIENT KILL ID {main}
    PING
    CLIENT KILL ID {b} USER default SKIPME yes TYPE normal
    (b) <end
    CLIENT KILL ID {main} SKIPME no
    <end
  )");
}

TEST_P(ClientOracle, KillByTypeAndUser) {
  restart({});
  ignore_state();
  run(R"(
    (sub) SUBSCRIBE a
    CLIENT KILL TYPE pubsub
    (sub) <end
    (a) PING
    (b) PING
    CLIENT KILL TYPE normal
    (a) <end
    (b) <end
    PING
    (c) PING
    CLIENT KILL USER default
    (c) <end
    CLIENT KILL SKIPME yes
    (d) PING
    CLIENT KILL SKIPME yes
    (d) <end
    CLIENT KILL TYPE normal SKIPME no
    <end
  )");
}

TEST_P(ClientOracle, KillByAddress) {
  restart({"--port", "{port}"});
  ignore_state();
  for (const char* name : {"main", "a", "b", "c"}) {
    open(name, version(), Link::Over::tcp);
    know_address(name);
  }
  run(R"(
    CLIENT KILL {a-addr}
    (a) <end
    CLIENT KILL {a-addr}
    CLIENT KILL ADDR {b-addr}
    (b) <end
    CLIENT KILL ADDR {b-addr}
    CLIENT KILL LADDR {c-laddr}
    (c) <end
    PING
    CLIENT KILL ADDR {main-addr}
    PING
    CLIENT KILL {main-addr}
    <end
  )");
}

TEST_P(ClientOracle, Reply) {
  run(R"(
    CLIENT REPLY ON
    CLIENT REPLY BOGUS
    [x0] CLIENT REPLY OFF
    [x0] SET k v
    [x0] GET k
    [x0] BOGUS
    [x0] CLIENT REPLY SKIP
    CLIENT REPLY ON
    GET k
    [x0] CLIENT REPLY SKIP
    [x0] GET k
    GET k
    [x0] CLIENT REPLY SKIP
    [x0] CLIENT REPLY SKIP
    [x0] PING skipped
    PING
    [x0] client reply off
    RESET
    PING
  )");
}

TEST_P(ClientOracle, ReplyOffStillGetsMessages) {
  if (version() != 3) GTEST_SKIP() << "a subscribed RESP2 connection cannot send CLIENT REPLY";
  run(R"(
    SUBSCRIBE a
    [x0] CLIENT REPLY OFF
    (other) PUBLISH a hello
    <
    CLIENT REPLY ON
    PING
  )");
}

TEST_P(ClientOracle, NoEvict) {
  run(R"(
    CLIENT NO-EVICT ON
    CLIENT NO-EVICT on
    CLIENT NO-EVICT OFF
    CLIENT NO-EVICT maybe
  )");
}

TEST_P(ClientOracle, OnlySince72) {
  since_72("+OK\r\n", "CLIENT", "NO-TOUCH", "ON");
  since_72("+OK\r\n", "CLIENT", "NO-TOUCH", "off");
  since_72("-ERR syntax error\r\n", "CLIENT", "NO-TOUCH", "maybe");
  since_72("-ERR wrong number of arguments for 'client|no-touch' command\r\n", "CLIENT", "NO-TOUCH");
  since_72("+OK\r\n", "CLIENT", "SETINFO", "lib-name", "my-library");
  since_72("+OK\r\n", "CLIENT", "SETINFO", "LIB-VER", "1.2.3");
  since_72("+OK\r\n", "CLIENT", "SETINFO", "lib-ver", "");
  since_72("-ERR lib-name cannot contain spaces, newlines or special characters.\r\n", "CLIENT", "SETINFO", "lib-name",
           "with space");
  since_72("-ERR LIB-VER cannot contain spaces, newlines or special characters.\r\n", "CLIENT", "SETINFO", "LIB-VER",
           "with space");
  since_72("-ERR Unrecognized option 'bogus'\r\n", "CLIENT", "SETINFO", "bogus", "x");
  since_72("-ERR wrong number of arguments for 'client|setinfo' command\r\n", "CLIENT", "SETINFO", "lib-name");
}

TEST_P(ClientOracle, PauseArguments) {
  run(R"(
    CLIENT PAUSE abc
    CLIENT PAUSE -1
    CLIENT PAUSE 1.5
    CLIENT PAUSE 9223372036854775808
    CLIENT PAUSE 9223372036854775807
    CLIENT PAUSE 100 BOGUS
    CLIENT PAUSE 100 WRITE x
    CLIENT UNPAUSE
    CLIENT PAUSE 0
    CLIENT PAUSE 0 WRITE
    CLIENT PAUSE 1 ALL
    CLIENT PAUSE 1
    PING
    CLIENT UNPAUSE
  )");
}

TEST_P(ClientOracle, PauseOfWrites) {
  know_id("other");
  run(R"(
    CLIENT PAUSE 100000 WRITE
    GET k
    PING
    (other) [x0] SET k v
  )");
  wait_until_blocked("{other}");
  run(R"(
    GET k
    CLIENT UNPAUSE
    (other) <
    GET k
    client pause 100000 write
    MULTI
    GET k
    EXEC
    (other) [x0] PUBLISH a b
  )");
  wait_until_blocked("{other}");
  run(R"(
    CLIENT UNPAUSE
    (other) <
  )");
}

}  // namespace
}  // namespace larder::test
