package larder.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;

/**
 * What all tests share: where the server is that tests/clients/run has started, a pooled client on an empty server in
 * the protocol of the test class's parameter, and how to wait for what the server does in its own time.
 */
abstract class ServerTest {
  static final HostAndPort ADDRESS =
      new HostAndPort(System.getenv("LARDER_HOST"), Integer.parseInt(System.getenv("LARDER_PORT")));
  static final String PASSWORD = System.getenv("LARDER_PASSWORD");
  static final Duration WAIT_LIMIT = Duration.ofSeconds(10);

  @Parameter RedisProtocol protocol;
  RedisClient redis;

  @BeforeEach
  void connect() {
    redis = RedisClient.builder().hostAndPort(ADDRESS).clientConfig(config().build()).build();
    redis.flushAll();
  }

  @AfterEach
  void disconnect() {
    redis.close();
  }

  DefaultJedisClientConfig.Builder config() {
    return DefaultJedisClientConfig.builder().protocol(protocol).password(PASSWORD).clientName("suite");
  }

  /** One connection of its own. */
  Jedis connection() {
    return new Jedis(ADDRESS, config().build());
  }

  /** stop | start [ARGS...] | restart [ARGS...] | freeze | thaw. */
  static void serverControl(String command) {
    try (Socket door = new Socket("127.0.0.1", Integer.parseInt(System.getenv("LARDER_CONTROL_PORT")))) {
      door.setSoTimeout(60_000);
      door.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      assertEquals("ok", new BufferedReader(new InputStreamReader(door.getInputStream())).readLine(), command);
    } catch (IOException problem) {
      throw new AssertionError(command, problem);
    }
  }

  /** Polls until the condition holds; a bound makes "never" a failure. */
  static void eventually(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(WAIT_LIMIT);
    while (!condition.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(deadline), "the condition did not come true");
      try {
        Thread.sleep(5);
      } catch (InterruptedException stopped) {
        throw new AssertionError(stopped);
      }
    }
  }

  /** One number of a section of INFO. */
  long figure(String section, String field) {
    String text = redis.info(section);
    Matcher line = Pattern.compile("^" + field + ":(\\d+)\\r?$", Pattern.MULTILINE).matcher(text);
    assertTrue(line.find(), text);
    return Long.parseLong(line.group(1));
  }

  static void assertBetween(long low, long high, long value) {
    assertTrue(low <= value && value <= high, () -> value + " is not between " + low + " and " + high);
  }
}
