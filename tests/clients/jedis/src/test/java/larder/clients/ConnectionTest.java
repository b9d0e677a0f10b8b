package larder.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Connecting, authentication, and a server that goes away. */
@ParameterizedClass
@EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
class ConnectionTest extends ServerTest {
  @Test
  void handshakeAndClientInfo() {
    try (Jedis jedis = connection()) {
      String info = jedis.clientInfo();
      assertTrue(info.contains(" name=suite "), info);
      assertTrue(info.contains(" resp=" + protocol.version()), info);
      assertTrue(info.startsWith("id=" + jedis.clientId() + " "), info);
      if (!redis.info("server").contains("redis_version:7.0")) { // CLIENT SETINFO is newer
        assertTrue(info.contains(" lib-name=jedis"), info);
      }
      assertEquals("OK", jedis.clientSetname("renamed"));
      assertEquals("renamed", jedis.clientGetname());
    }
  }

  @Test
  void wrongAndMissingPassword() {
    JedisException wrong =
        assertThrows(JedisException.class, () -> new Jedis(ADDRESS, config().password("wrong").build()).ping());
    assertTrue(wrong.getMessage().contains("WRONGPASS"), wrong.getMessage());
    JedisException none =
        assertThrows(
            JedisException.class, () -> new Jedis(ADDRESS, config().password(null).clientName(null).build()).ping());
    assertTrue(none.getMessage().contains("NOAUTH"), none.getMessage());
  }

  @Test
  void uri() {
    URI uri = URI.create("redis://:" + PASSWORD + "@" + ADDRESS + "/4");
    try (Jedis jedis = new Jedis(uri)) {
      assertTrue(jedis.clientInfo().contains(" db=4 "), jedis.clientInfo());
    }
  }

  @Test
  void anUnknownCommandLeavesTheConnectionOpen() {
    try (Jedis jedis = connection()) {
      long before = jedis.clientId();
      JedisDataException unknown =
          assertThrows(JedisDataException.class, () -> jedis.sendCommand(() -> "NOSUCH".getBytes(), "a"));
      assertTrue(unknown.getMessage().startsWith("ERR unknown command 'NOSUCH', with args beginning with: 'a'"));
      assertThrows(JedisDataException.class, () -> jedis.sendCommand(Protocol.Command.CLIENT, "NOSUCH"));
      assertEquals(before, jedis.clientId());
    }
  }

  @Test
  void reconnectsAfterARestart() {
    redis.set("kept", "in memory only");
    serverControl("restart");
    // The pool's connection is broken: the command that meets it fails, the next one gets a new connection.
    assertThrows(JedisConnectionException.class, () -> redis.get("kept"));
    assertNull(redis.get("kept"));
    Object name = redis.sendCommand(Protocol.Command.CLIENT, "GETNAME");
    assertEquals("suite", new String((byte[]) name));
  }

  /** Pattern 14: the caller notices in time and goes to its database. */
  @Test
  void serverDownOrSlow() {
    redis.set("k", "v");
    try (Jedis impatient = new Jedis(ADDRESS, config().socketTimeoutMillis(100).build())) {
      assertEquals("v", impatient.get("k"));
      serverControl("freeze");
      JedisConnectionException late;
      try {
        late = assertThrows(JedisConnectionException.class, () -> impatient.get("k"));
      } finally {
        serverControl("thaw");
      }
      assertTrue(late.getMessage().contains("timed out"), late.getMessage());
    }
    serverControl("stop");
    try {
      assertThrows(JedisConnectionException.class, () -> redis.get("k"));
      assertThrows(JedisConnectionException.class, () -> redis.get("k"));
    } finally {
      serverControl("start");
    }
    assertNull(redis.get("k"));
    assertNotNull(redis.ping());
  }
}
