package larder.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.ScanIteration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.GetExParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** The caching patterns; the numbers are those of the list in tests/clients/README.md. */
@ParameterizedClass
@EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
class PatternsTest extends ServerTest {
  private int queries = 0;

  private String product() {
    String cached = redis.get("product:7");
    if (cached != null) return cached;
    queries++;
    assertEquals("OK", redis.setex("product:7", 60, "lamp"));
    return "lamp";
  }

  @Test
  void p01CacheAside() {
    assertEquals("lamp", product());
    assertEquals("lamp", product());
    assertEquals(1, queries);
    assertBetween(59, 60, redis.ttl("product:7"));
    assertEquals("OK", redis.set("product:7", "short", SetParams.setParams().px(50)));
    eventually(() -> redis.get("product:7") == null);
    assertFalse(redis.exists("product:7"));
    assertEquals("lamp", product());
    assertEquals(2, queries);
  }

  @Test
  void p02ExplicitInvalidation() {
    redis.set("k", "v");
    assertEquals(1, redis.del("k"));
    assertNull(redis.get("k"));
    assertEquals(0, redis.del("k", "l"));
  }

  @Test
  void p03TtlForAnEarlyRefresh() {
    redis.set("k", "v");
    assertEquals(-1, redis.ttl("k"));
    assertEquals(-2, redis.ttl("none"));
    assertEquals(1, redis.expire("k", 100));
    long first = redis.pttl("k");
    assertBetween(99_001, 100_000, first);
    eventually(() -> redis.pttl("k") < first);
    assertEquals(1, redis.persist("k"));
    assertEquals(-1, redis.ttl("k"));
  }

  @Test
  void p04StampedeLock() throws Exception {
    SetParams onlyOne = SetParams.setParams().nx().ex(5);
    ExecutorService threads = Executors.newFixedThreadPool(8); // as many as the pool has connections
    try {
      List<Callable<String>> callers = new ArrayList<>();
      for (int n = 0; n < 1000; n++) {
        String value = "caller " + n;
        callers.add(() -> redis.set("lock", value, onlyOne));
      }
      int winners = 0;
      for (Future<String> answer : threads.invokeAll(callers)) {
        if (answer.get() != null) winners++;
      }
      assertEquals(1, winners);
    } finally {
      threads.shutdownNow();
    }
    assertBetween(1, 5, redis.ttl("lock"));
    assertEquals(1, redis.del("lock"));
    assertEquals(1, redis.setnx("lock", "next"));
    assertNull(redis.set("lock", "late", onlyOne));
  }

  @Test
  void p05BulkInvalidationByPattern() {
    Set<String> stay = new HashSet<>();
    for (int n = 0; n < 1500; n++) {
      stay.add("user:" + n + ":profile");
      redis.mset("user:" + n + ":profile", "x", "order:" + n, "x");
    }
    Set<String> found = new HashSet<>();
    ScanParams params = new ScanParams().match("user:*:profile").count(100);
    String cursor = ScanParams.SCAN_POINTER_START;
    int turn = 0;
    do {
      ScanResult<String> batch = redis.scan(cursor, params);
      found.addAll(batch.getResult());
      cursor = batch.getCursor();
      turn++;
      redis.set("user:passing" + turn + ":profile", "x"); // others come and go meanwhile
      redis.unlink("user:passing" + (turn - 1) + ":profile");
      assertTrue(turn < 10_000);
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    assertTrue(found.containsAll(stay));
    found.removeAll(stay);
    assertTrue(found.stream().allMatch(key -> key.startsWith("user:passing")));
    assertEquals(1500, redis.del(stay.toArray(String[]::new)));
    assertEquals(1, redis.unlink("user:passing" + turn + ":profile"));
    Set<String> orders = new HashSet<>();
    for (ScanIteration scan = redis.scanIteration(50, "order:*"); !scan.isIterationCompleted(); ) {
      orders.addAll(scan.nextBatchList());
    }
    assertEquals(1500, orders.size());
  }

  @Test
  void p06TagSets() {
    for (int n = 0; n < 20; n++) {
      redis.setex("page:" + n, 60, "<html>");
      assertEquals(1, redis.sadd("tag", "page:" + n));
      assertEquals(1, redis.expire("tag", 60));
    }
    Set<String> doomed = new HashSet<>(redis.smembers("tag"));
    assertEquals(20, doomed.size());
    doomed.add("tag");
    assertEquals(21, redis.del(doomed.toArray(String[]::new)));
    assertEquals(0, redis.dbSize());
  }

  @Test
  void p07StaleWhileRevalidate() {
    redis.psetex("fresh", 50, "one");
    redis.setex("stale", 60, "one");
    eventually(() -> redis.get("fresh") == null);
    assertEquals(Arrays.asList(null, "one"), redis.mget("fresh", "stale"));
    redis.setex("fresh", 60, "two");
    assertEquals(List.of("two", "one"), redis.mget("fresh", "stale"));
  }

  @Test
  void p08VersionedPrefixesAndBinaryValues() {
    byte[] allBytes = new byte[256];
    for (int n = 0; n < 256; n++) allBytes[n] = (byte) n;
    assertEquals(1, redis.incr("version"));
    redis.setex("v1:user".getBytes(), 60, allBytes);
    assertArrayEquals(allBytes, redis.get("v1:user".getBytes()));
    assertEquals(2, redis.incr("version"));
    assertNull(redis.get("v2:user"));
    for (int size : new int[] {0, 1, 4096, 65_537, 3_000_001}) {
      byte[] value = new byte[size];
      new Random(size).nextBytes(value);
      redis.set(allBytes, value);
      assertArrayEquals(value, redis.get(allBytes));
    }
  }

  @Test
  void p09SlidingSessions() {
    redis.setex("session", 10, "data");
    assertEquals("data", redis.getEx("session", GetExParams.getExParams().ex(100)));
    assertBetween(99, 100, redis.ttl("session"));
    assertEquals(1, redis.expire("session", 200));
    assertBetween(199, 200, redis.ttl("session"));
    assertEquals("data", redis.getEx("session", GetExParams.getExParams().persist()));
    assertEquals(-1, redis.ttl("session"));
  }

  @Test
  void p10LeaderboardSnapshot() {
    StringBuilder board = new StringBuilder();
    for (int n = 0; n < 100; n++) board.append("p").append(n).append('=').append(1000 - n).append('\n');
    redis.setex("leaderboard", 5, board.toString());
    assertEquals(board.toString(), redis.get("leaderboard"));
    assertBetween(1, 5, redis.ttl("leaderboard"));
  }

  @Test
  void p13DatabasesAreApart() {
    try (Jedis queue = new Jedis(ADDRESS, config().database(9).build())) {
      queue.set("job", "1");
      redis.set("page", "1");
      assertNull(redis.get("job"));
      assertEquals("OK", redis.flushDB());
      assertEquals(0, redis.dbSize());
      assertEquals(1, queue.dbSize());
      assertEquals("OK", queue.select(0));
      assertNull(queue.get("job"));
      assertThrows(JedisException.class, () -> queue.select(99));
    }
  }

  @Test
  void p15HitRatio() {
    redis.set("k", "v");
    redis.sendCommand(Protocol.Command.CONFIG, "RESETSTAT");
    IntStream.range(0, 8).forEach(n -> assertNotNull(redis.get("k")));
    assertEquals(Arrays.asList(null, null), redis.mget("none", "nor this"));
    assertEquals(8, figure("stats", "keyspace_hits"));
    assertEquals(2, figure("stats", "keyspace_misses"));
    redis.psetex("unread", 20, "v");
    eventually(() -> figure("stats", "expired_keys") == 1);
  }

  @Test
  void p16MemoryIsCapped() {
    long cap = 16 << 20;
    serverControl("restart --maxmemory " + cap + " --maxmemory-policy allkeys-lru");
    try (Jedis jedis = connection()) {
      for (int start = 0; start < 6000; start += 500) {
        Pipeline batch = jedis.pipelined();
        for (int n = start; n < start + 500; n++) batch.set(("k:" + n).getBytes(), new byte[4000]);
        assertEquals(Collections.nCopies(500, "OK"), batch.syncAndReturnAll());
        String used = jedis.info("memory").replaceAll("(?s).*\\bused_memory:(\\d+).*", "$1");
        assertBetween(0, cap + cap / 1000 + (1 << 20), Long.parseLong(used));
      }
      String evicted = jedis.info("stats").replaceAll("(?s).*\\bevicted_keys:(\\d+).*", "$1");
      assertBetween(1700, 5999, Long.parseLong(evicted));
      assertEquals(4000, jedis.get("k:5999").length());
    } finally {
      serverControl("restart");
    }
  }
}
