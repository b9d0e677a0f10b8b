"""The caching patterns with redis.asyncio, as asynchronous web applications use them."""

import asyncio
import random

import orjson
import redis.asyncio
from conftest import WAIT_LIMIT_S, url

ALL_BYTES = bytes(range(256))


async def eventually(condition):
    async with asyncio.timeout(WAIT_LIMIT_S):
        while not await condition():
            await asyncio.sleep(0.005)


async def absent(client, key):
    return await client.get(key) is None


async def test_01_cache_aside(acache):
    asked = 0

    async def article(number):
        nonlocal asked
        key = f"article:{number}"
        if (cached := await acache.get(key)) is not None:
            return cached
        asked += 1
        body = f"body {number}".encode()
        assert await acache.set(key, body, ex=60)
        return body

    assert [await article(1), await article(1), await article(2)] == [b"body 1", b"body 1", b"body 2"]
    assert asked == 2
    assert 59 <= await acache.ttl("article:1") <= 60
    await acache.set("article:1", b"x", px=50)
    await eventually(lambda: absent(acache, "article:1"))


async def test_02_explicit_invalidation(atext):
    await atext.set("k", "v")
    assert await atext.delete("k") == 1
    assert await atext.get("k") is None


async def test_03_ttl_for_early_refresh(atext):
    await atext.set("k", "v")
    assert (await atext.ttl("k"), await atext.ttl("absent")) == (-1, -2)
    await atext.expire("k", 50)
    assert 49 <= await atext.ttl("k") <= 50


async def test_04_one_of_a_thousand_gets_the_lock(atext, protocol):
    async with redis.asyncio.BlockingConnectionPool.from_url(url(), protocol=protocol, max_connections=40) as pool:
        client = redis.asyncio.Redis(connection_pool=pool)
        answers = await asyncio.gather(*(client.set("lock", n, nx=True, ex=5) for n in range(1000)))
    assert answers.count(True) == 1
    assert answers.count(None) == 999
    assert await atext.get("lock") == str(answers.index(True))


async def test_04_lock_of_the_library_guards_a_rebuild(atext):
    """The same lock as a cache with one rebuild for a hundred readers."""
    rebuilt = 0

    async def read():
        nonlocal rebuilt
        while (value := await atext.get("report")) is None:
            if await atext.set("lock:report", "1", nx=True, ex=5):
                rebuilt += 1
                await atext.set("report", "ready", ex=60)
                await atext.delete("lock:report")
        return value

    async with asyncio.timeout(WAIT_LIMIT_S):
        assert await asyncio.gather(*(read() for _ in range(100))) == ["ready"] * 100
    assert 1 <= rebuilt <= 2  # a reader that saw the miss before the rebuild may take the lock after it


async def test_05_bulk_invalidation(atext):
    await atext.mset({f"cache:a:{n}": "x" for n in range(700)} | {f"cache:b:{n}": "x" for n in range(300)})
    cursor, deleted, rounds = 0, 0, 0
    while True:
        cursor, keys = await atext.scan(cursor, match="cache:a:*", count=100)
        if keys:
            deleted += await atext.delete(*keys)
        rounds += 1
        if cursor == 0:
            break
        assert rounds < 1000
    assert deleted == 700
    assert await atext.dbsize() == 300
    assert len({key async for key in atext.scan_iter("cache:*", count=7)}) == 300


async def test_06_tag_sets(atext):
    for n in range(10):
        await atext.setex(f"page:{n}", 60, "x")
        await atext.sadd("tag:home", f"page:{n}")
        await atext.expire("tag:home", 60)
    assert await atext.delete(*await atext.smembers("tag:home"), "tag:home") == 11
    assert await atext.dbsize() == 0


async def test_07_stale_while_revalidate(atext):
    await atext.set("fresh", "1", px=50)
    await atext.set("stale", "1", ex=60)
    await eventually(lambda: absent(atext, "fresh"))
    assert await atext.get("stale") == "1"


async def test_08_binary_values(acache):
    value = orjson.dumps([1, "zwei", None]) + ALL_BYTES
    await acache.set("v2:k", value, ex=60)
    assert await acache.get("v2:k") == value
    big = random.randbytes(2_000_003)
    await acache.set("big", big)
    assert await acache.get("big") == big


async def test_09_sliding_sessions(atext):
    await atext.set("s", "data", ex=10)
    assert await atext.getex("s", ex=1000) == "data"
    assert 999 <= await atext.ttl("s") <= 1000


async def test_10_leaderboard_snapshot(acache):
    board = orjson.dumps([[f"p{n}", 100 - n] for n in range(10)])
    await acache.setex("board", 5, board)
    assert await acache.get("board") == board


async def test_13_databases(atext, protocol):
    async with redis.asyncio.from_url(url(3), protocol=protocol, decode_responses=True) as queue:
        await queue.set("job", "1")
        assert await atext.get("job") is None
        await atext.flushdb()
        assert await queue.get("job") == "1"
        await queue.flushdb()
        assert await queue.dbsize() == 0


async def test_15_hit_ratio(atext):
    await atext.set("k", "v")
    await atext.config_resetstat()
    await asyncio.gather(*(atext.get(key) for key in ["k"] * 80 + ["absent"] * 20))
    stats = await atext.info("stats")
    assert stats["keyspace_hits"] == 80
    assert stats["keyspace_misses"] == 20


async def test_16_memory_cap_set_while_running(acache):
    used = (await acache.info("memory"))["used_memory"]
    cap = used + (4 << 20)
    await acache.config_set("maxmemory-policy", "allkeys-lru")
    await acache.config_set("maxmemory", cap)
    try:
        for start in range(0, 3000, 250):
            async with acache.pipeline(transaction=False) as batch:
                for n in range(start, start + 250):
                    batch.set(f"k:{n}", bytes(4000), ex=600)
                assert await batch.execute() == [True] * 250
            assert (await acache.info("memory"))["used_memory"] <= cap * 1.001 + (1 << 20)
        evicted = (await acache.info("stats"))["evicted_keys"]
        assert evicted > 1000
        assert await acache.get("k:2999") is not None
    finally:
        await acache.config_set("maxmemory", 0)
        await acache.config_set("maxmemory-policy", "noeviction")
