"""The caching patterns with the synchronous client; the numbers are those of the list in the README."""

import concurrent.futures
import contextlib
import math
import random
import threading
import time

import orjson
import pytest
import redis
from conftest import HOST, PASSWORD, PORT, eventually, options
from server_control import server_control

ALL_BYTES = bytes(range(256))


class Database:
    """Stands for what is slow behind the cache; counts how often it was asked."""

    def __init__(self):
        self.queries = 0

    def user(self, number):
        self.queries += 1
        return {"id": number, "name": f"user {number}"}


def test_01_cache_aside(text):
    database = Database()

    def user(number):
        cached = text.get(f"user:{number}")
        if cached is not None:
            return orjson.loads(cached)
        fresh = database.user(number)
        assert text.setex(f"user:{number}", 60, orjson.dumps(fresh))
        return fresh

    assert user(7) == user(7) == {"id": 7, "name": "user 7"}
    assert database.queries == 1
    assert 59 <= text.ttl("user:7") <= 60
    assert text.set("user:7", "short", px=50)
    eventually(lambda: text.get("user:7") is None)
    assert text.exists("user:7") == 0
    assert text.ttl("user:7") == -2
    assert user(7)["id"] == 7
    assert database.queries == 2


def test_01_setex_takes_seconds(cache):
    assert cache.setex("k", 1, b"v")
    born = time.monotonic()
    assert cache.get("k") == b"v"
    eventually(lambda: cache.get("k") is None)
    assert 0.9 < time.monotonic() - born < 2.5


def test_02_explicit_invalidation(text):
    assert text.set("product:1", "lamp", ex=60)
    assert text.delete("product:1") == 1
    assert text.get("product:1") is None
    assert text.delete("product:1") == 0
    assert text.mset({"product:1": "a", "product:2": "b"})
    assert text.unlink("product:1", "product:2", "product:3") == 2


def test_03_probabilistic_early_refresh(text):
    def refresh_now(key, cost_s=2.0, eagerness=1.0):
        left = text.ttl(key)
        return left == -2 or (left != -1 and -cost_s * eagerness * math.log(1.0 - random.random()) >= left)

    assert text.ttl("absent") == -2
    assert text.pttl("absent") == -2
    text.set("for ever", "v")
    assert text.ttl("for ever") == -1
    assert text.pttl("for ever") == -1
    assert refresh_now("absent")
    assert not refresh_now("for ever")
    text.set("hot", "v", ex=100)
    assert 99 <= text.ttl("hot") <= 100
    first = text.pttl("hot")
    assert 99_000 < first <= 100_000
    eventually(lambda: text.pttl("hot") < first)
    assert not refresh_now("hot")
    text.expire("hot", 1)
    assert text.ttl("hot") <= 1
    assert refresh_now("hot", cost_s=1e9)


def test_04_stampede_lock(text, protocol):
    gate = threading.Barrier(20)
    pool = redis.ConnectionPool(host=HOST, port=PORT, max_connections=20, **options(protocol))

    def worker(number):
        client = redis.Redis(connection_pool=pool)
        gate.wait(20)
        return sum(client.set("lock:report", f"{number}:{turn}", nx=True, ex=5) is True for turn in range(50))

    with contextlib.closing(pool), concurrent.futures.ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(worker, range(20))) == 1
    assert 1 <= text.ttl("lock:report") <= 5
    assert text.set("lock:report", "late", nx=True, ex=5) is None
    assert text.delete("lock:report") == 1
    assert text.set("lock:report", "next", nx=True, px=5000) is True


def test_05_bulk_invalidation_by_pattern(text, protocol):
    stay = {f"user:{n}:profile" for n in range(2000)}
    text.mset(dict.fromkeys(stay, "x"))
    text.mset({f"order:{n}": "x" for n in range(1000)})
    stop = threading.Event()

    def come_and_go():
        with redis.Redis(HOST, PORT, **options(protocol)) as other:
            turn = 0
            while not stop.is_set():
                turn += 1
                other.set(f"user:passing{turn}:profile", "x")
                other.delete(f"user:passing{turn - 1}:profile")

    passer_by = threading.Thread(target=come_and_go)
    passer_by.start()
    try:
        found, cursor, rounds = set(), 0, 0
        while True:
            cursor, keys = text.scan(cursor, match="user:*:profile", count=100)
            found.update(keys)
            rounds += 1
            if cursor == 0:
                break
            assert rounds < 1000
    finally:
        stop.set()
        passer_by.join()
    assert stay <= found
    assert all(key.startswith("user:passing") for key in found - stay)
    assert text.delete(*stay) == 2000
    text.delete(*text.scan_iter("user:*"))
    assert text.dbsize() == 1000
    assert not list(text.scan_iter("user:*"))
    assert len(set(text.scan_iter("order:[1-3]??"))) == 300


def test_06_tag_sets(text):
    for number in range(25):
        text.setex(f"page:{number}", 60, "<html>")
        assert text.sadd("tag:news", f"page:{number}") == 1
        assert text.expire("tag:news", 60)
    assert text.sadd("tag:news", "page:0") == 0
    assert text.scard("tag:news") == 25
    members = text.smembers("tag:news")
    assert set(members) == {f"page:{number}" for number in range(25)}
    assert text.delete(*members, "tag:news") == 26
    assert text.dbsize() == 0


def test_07_stale_while_revalidate(text):
    assert text.psetex("fresh:feed", 50, "one")
    assert text.setex("stale:feed", 60, "one")
    eventually(lambda: text.get("fresh:feed") is None)
    assert text.mget("fresh:feed", "stale:feed") == [None, "one"]
    assert text.setex("fresh:feed", 60, "two") and text.setex("stale:feed", 120, "two")
    assert text.mget("fresh:feed", "stale:feed") == ["two", "two"]


def test_08_versioned_prefixes_and_binary_values(cache):
    value = orjson.dumps({"name": "Zoë", "tags": list(range(50))}) + b"\x00\r\n" + ALL_BYTES
    version = cache.incr("version:users")
    assert version == 1
    assert cache.set(f"v{version}:users:1", value, ex=60)
    assert cache.get(f"v{version}:users:1") == value
    version = cache.incr("version:users")
    assert cache.get(f"v{version}:users:1") is None
    assert cache.set(ALL_BYTES, ALL_BYTES) and cache.get(ALL_BYTES) == ALL_BYTES
    assert cache.strlen(ALL_BYTES) == 256
    for size in (0, 1, 63, 64, 4095, 4096, 65_536, 3_000_001):
        big = random.randbytes(size)
        assert cache.set("big", big)
        assert cache.get("big") == big


def test_09_sliding_sessions(text):
    text.set("session:1", "data", ex=10)
    assert text.getex("session:1", ex=100) == "data"
    assert 99 <= text.ttl("session:1") <= 100
    assert text.expire("session:1", 200) is True
    assert 199 <= text.ttl("session:1") <= 200
    assert text.expire("session:1", 100, gt=True) is False
    assert text.getex("session:1", persist=True) == "data"
    assert text.ttl("session:1") == -1
    assert text.getex("session:2", ex=100) is None
    text.set("session:3", "data", px=60)
    for _ in range(40):  # read more often than it could expire, for longer than the first deadline
        assert text.getex("session:3", px=5000) == "data"
    assert text.pttl("session:3") > 4000


def test_10_leaderboard_snapshot(text):
    board = [{"player": f"p{n}", "score": 1000 - n} for n in range(100)]
    assert text.setex("leaderboard:weekly", 5, orjson.dumps(board))
    assert orjson.loads(text.get("leaderboard:weekly")) == board
    assert 1 <= text.ttl("leaderboard:weekly") <= 5


def test_13_databases_are_apart(text, protocol):
    with redis.Redis(HOST, PORT, db=15, **options(protocol, decode_responses=True)) as queue:
        text.set("k", "cache")
        queue.set("k", "queue")
        queue.set("only here", "1")
        assert queue.client_info()["db"] == 15
        assert (text.get("k"), queue.get("k")) == ("cache", "queue")
        assert (text.dbsize(), queue.dbsize()) == (1, 2)
        assert text.info("keyspace")["db15"]["keys"] == 2
        assert text.flushdb()
        assert (text.dbsize(), queue.dbsize()) == (0, 2)
        assert text.select(15) and text.get("only here") == "1"
    with redis.Redis(HOST, PORT, db=16, **options(protocol)) as outside:
        with pytest.raises(redis.ResponseError, match="DB index is out of range"):
            outside.ping()


def test_15_hit_ratio(text):
    text.set("k", "v")
    text.config_resetstat()
    for _ in range(8):
        text.get("k")
    text.mget("k", "absent", "absent too")
    stats = text.info("stats")
    assert (stats["keyspace_hits"], stats["keyspace_misses"]) == (9, 2)
    assert (stats["expired_keys"], stats["evicted_keys"]) == (0, 0)
    text.set("unread", "v", px=20)
    eventually(lambda: text.info("stats")["expired_keys"] == 1)  # nobody reads the key: the server sweeps it
    assert text.dbsize() == 1


def test_16_memory_is_capped(cache):
    cap = 16 << 20
    server_control(f"restart --maxmemory {cap} --maxmemory-policy allkeys-lru")
    try:
        assert cache.config_get("maxmemory*")["maxmemory-policy"] == "allkeys-lru"
        value = bytes(4000)
        hot = [f"hot:{n}" for n in range(20)]
        for key in hot:
            cache.set(key, value)
        with cache.pipeline(transaction=False) as batch:
            for number in range(2500):
                batch.set(f"cold:{number}", value)
            assert all(batch.execute())
        eventually(lambda: None not in cache.mget(hot) and cache.object("idletime", "cold:1000") >= 1)
        for start in range(0, 2000, 100):
            with cache.pipeline(transaction=False) as batch:
                for number in range(start, start + 100):
                    batch.set(f"new:{number}", value)
                assert batch.execute() == [True] * 100
            assert None not in cache.mget(hot)
            assert cache.info("memory")["used_memory"] <= cap * 1.001 + (1 << 20)
        left = [key.split(b":")[0] for key in cache.scan_iter(count=1000)]
        evicted = cache.info("stats")["evicted_keys"]
        assert 200 < evicted < 2000
        assert left.count(b"hot") == 20
        assert left.count(b"new") >= 1980  # the least recently used go first; 1 % is left to approximation
        assert 2500 - evicted <= left.count(b"cold") <= 2540 - evicted
    finally:
        server_control("restart")


def test_16_noeviction_refuses(cache):
    server_control("restart --maxmemory 8mb --maxmemory-policy noeviction")
    try:
        with pytest.raises(redis.exceptions.OutOfMemoryError, match="command not allowed when used memory > 'maxmemory'"):
            for number in range(20_000):
                cache.set(f"k{number}", bytes(4000))
        assert cache.get("k0") == bytes(4000)
        assert cache.info("stats")["evicted_keys"] == 0
    finally:
        server_control("restart")
