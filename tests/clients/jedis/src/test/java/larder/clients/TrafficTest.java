package larder.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;

/** Pipelines, transactions and messages. */
@ParameterizedClass
@EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
class TrafficTest extends ServerTest {
  @Test
  void pipelines() {
    try (AbstractPipeline batch = redis.pipelined()) {
      List<Response<String>> values = new ArrayList<>();
      Response<Long> sum = null;
      for (int n = 0; n < 3000; n++) {
        batch.set("k" + n, "" + n);
        values.add(batch.get("k" + n));
        sum = batch.incrBy("sum", n);
      }
      batch.sync();
      assertEquals(3000L * 2999 / 2, sum.get());
      for (int n = 0; n < 3000; n++) assertEquals("" + n, values.get(n).get());
    }
  }

  @Test
  void anErrorStandsInItsPlace() {
    try (Jedis jedis = connection()) {
      var batch = jedis.pipelined();
      batch.set("word", "abc");
      batch.incr("word");
      batch.get("word");
      List<Object> answers = batch.syncAndReturnAll();
      assertEquals("OK", answers.get(0));
      assertInstanceOf(JedisDataException.class, answers.get(1));
      assertEquals("abc", answers.get(2));
    }
  }

  @Test
  void transactions() {
    try (AbstractTransaction batch = redis.multi()) {
      batch.incr("a");
      batch.mget("a", "b");
      batch.smembers("none");
      assertEquals(Arrays.asList(1L, Arrays.asList("1", null), Set.of()), batch.exec());
    }
    try (AbstractTransaction batch = redis.multi()) {
      batch.set("never", "1");
      assertEquals("OK", batch.discard());
    }
    assertNull(redis.get("never"));
  }

  @Test
  void anErrorInsideDoesNotStopTheRest() {
    try (AbstractTransaction batch = redis.multi()) {
      batch.set("word", "abc");
      batch.incr("word");
      batch.set("after", "1");
      assertInstanceOf(JedisDataException.class, batch.exec().get(1));
    }
    assertEquals("1", redis.get("after"));
  }

  @Test
  void aMalformedCommandDiscardsTheTransaction() {
    try (AbstractTransaction batch = redis.multi()) {
      batch.set("never", "1");
      batch.sendCommand(Protocol.Command.GET, new String[0]);
      JedisDataException refused = assertThrows(JedisDataException.class, batch::exec);
      assertTrue(refused.getMessage().startsWith("EXECABORT"), refused.getMessage());
    }
    assertNull(redis.get("never"));
  }

  @Test
  void aWatchedKeyThatChangesAbortsTheTransaction() {
    redis.set("stock", "10");
    try (Jedis buyer = connection()) {
      buyer.watch("stock");
      redis.decr("stock");
      Transaction sale = buyer.multi();
      sale.set("stock", "0");
      assertNull(sale.exec());
      assertEquals("9", buyer.get("stock"));
      buyer.watch("stock");
      sale = buyer.multi();
      sale.decr("stock");
      assertEquals(List.of(8L), sale.exec());
    }
  }

  /** Hears messages on a thread of its own and hands them over. */
  private static final class Listener extends JedisPubSub {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(String channel, String message) {
      heard.add(channel + " " + message);
    }

    @Override
    public void onPMessage(String pattern, String channel, String message) {
      heard.add(pattern + " " + channel + " " + message);
    }

    @Override
    public void onSubscribe(String channel, int count) {
      heard.add("subscribed " + channel + " " + count);
    }

    @Override
    public void onPSubscribe(String pattern, int count) {
      heard.add("subscribed " + pattern + " " + count);
    }

    @Override
    public void onPong(String pattern) {
      heard.add("pong " + pattern);
    }

    String next() throws InterruptedException {
      return heard.poll(WAIT_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void publishAndSubscribe() throws Exception {
    Listener listener = new Listener();
    Jedis line = connection();
    Thread thread = new Thread(() -> line.subscribe(listener, "news"));
    thread.start();
    assertEquals("subscribed news 1", listener.next());
    listener.psubscribe("n*");
    assertEquals("subscribed n* 2", listener.next());
    assertEquals(2, redis.publish("news", "hello"));
    assertEquals(Set.of("news hello", "n* news hello"), Set.of(listener.next(), listener.next()));
    if (protocol == RedisProtocol.RESP2) {
      // With RESP3, Jedis 8.0.2 notes that an answer is due only after it has sent the PING: a fast answer finds nobody.
      listener.ping("still there");
      assertEquals("pong still there", listener.next());
    }
    listener.unsubscribe();
    listener.punsubscribe();
    thread.join(WAIT_LIMIT.toMillis());
    assertFalse(thread.isAlive());
    assertEquals(0, redis.publish("news", "nobody"));
    line.close();
  }

  @Test
  void eventsOfExpiredKeys() throws Exception {
    redis.configSet("notify-keyspace-events", "Ex");
    Listener listener = new Listener();
    Jedis line = connection();
    Thread thread = new Thread(() -> line.psubscribe(listener, "__keyevent@*__:expired"));
    thread.start();
    assertEquals("subscribed __keyevent@*__:expired 1", listener.next());
    redis.psetex("session", 30, "x");
    assertEquals("__keyevent@*__:expired __keyevent@0__:expired session", listener.next());
    listener.punsubscribe();
    thread.join(WAIT_LIMIT.toMillis());
    redis.configSet("notify-keyspace-events", "");
    line.close();
  }
}
