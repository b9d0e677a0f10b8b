"""The cache of the shop: what stands between the routes and the server that speaks Redis' protocol.

Every key has a deadline. A cache that is down or slow is never the caller's problem: reads count as misses, writes and
invalidations are lost, and the deadline bounds how long an answer can be out of date.
"""

import asyncio
import logging
import math
import random
import time

import orjson
import redis.asyncio
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LOCK_SECONDS = 5
POLL_SECONDS = 0.01


class Cache:
    """Cached JSON values, with tags.

    url      redis://[:password@]host:port[/database]
    ttl      seconds that a value lives
    patience seconds to wait for the server before the cache counts as absent
    """

    def __init__(self, url, ttl=60, patience=0.25):
        self._redis = redis.asyncio.from_url(url, decode_responses=False, client_name="shop")
        self._ttl = ttl
        self._patience = patience

    async def close(self):
        await self._redis.aclose()

    async def get_or_load(self, key, load, tags=()):
        """The value at `key`; on a miss the result of `await load()`, which is then stored and tagged.

        Of many callers that miss at the same time one loads and the others wait for its value. A value that is about to
        expire is loaded anew by one caller in time, so that a busy key is never missed at all.
        """
        found = await self._ask(self._value_and_ttl(key))
        if found is None:
            return await load()  # no cache at all: straight to the database
        value, seconds_left, seconds_to_load = found
        if value is not None and not _refresh_early(seconds_left, seconds_to_load):
            return value
        if await self._ask(self._redis.set(f"lock:{key}", 1, nx=True, ex=LOCK_SECONDS)):
            try:
                newer = await self._ask(self._value_and_ttl(key))
                if newer and newer[0] is not None and newer[1] > seconds_left:
                    return newer[0]  # another had the lock between our look and our turn
                return await self._load(key, load, tags)
            finally:
                await self._ask(self._redis.delete(f"lock:{key}"))
        return value if value is not None else await self._wait_for_other(key, load)

    async def invalidate(self, *keys):
        """Forgets these keys; returns how many there were."""
        return await self._ask(self._redis.delete(*keys)) or 0

    async def invalidate_tags(self, *tags):
        """Forgets every value that was stored with one of these tags."""
        doomed = []
        for tag in tags:
            doomed += await self._ask(self._redis.smembers(f"tag:{tag}")) or []
            doomed.append(f"tag:{tag}")
        return await self.invalidate(*doomed) if doomed else 0

    async def invalidate_pattern(self, pattern):
        """Forgets every key that matches, a hundred at a time: SCAN never blocks the server, KEYS would."""
        deleted, cursor = 0, 0
        while True:
            batch = await self._ask(self._redis.scan(cursor, match=pattern, count=100))
            if batch is None:
                return deleted
            cursor, keys = batch
            if keys:
                deleted += await self.invalidate(*keys)
            if cursor == 0:
                return deleted

    async def hit_ratio(self):
        """Share of the server's reads that found their key since it started, or None without a cache or reads."""
        stats = await self._ask(self._redis.info("stats"))
        reads = stats["keyspace_hits"] + stats["keyspace_misses"] if stats else 0
        return stats["keyspace_hits"] / reads if reads else None

    async def _ask(self, question):
        """The answer of the server, or None when it is down or takes too long."""
        try:
            async with asyncio.timeout(self._patience):
                return await question
        except (RedisError, OSError, TimeoutError) as problem:
            log.warning("cache: %s", problem or type(problem).__name__)
            return None

    async def _value_and_ttl(self, key):
        stored, ttl = await self._redis.get(key), await self._redis.ttl(key)
        if stored is None:
            return None, 0, 0
        entry = orjson.loads(stored)
        return entry["value"], ttl, entry["seconds_to_load"]

    async def _load(self, key, load, tags):
        started = time.monotonic()
        value = await load()
        entry = orjson.dumps({"value": value, "seconds_to_load": time.monotonic() - started})
        await self._ask(self._redis.setex(key, self._ttl, entry))
        for tag in tags:
            await self._ask(self._redis.sadd(f"tag:{tag}", key))
            await self._ask(self._redis.expire(f"tag:{tag}", self._ttl))
        return value

    async def _wait_for_other(self, key, load):
        deadline = time.monotonic() + LOCK_SECONDS
        while time.monotonic() < deadline:
            found = await self._ask(self._value_and_ttl(key))
            if found is None:
                break
            if found[0] is not None:
                return found[0]
            await asyncio.sleep(POLL_SECONDS)
        return await load()  # whoever had the lock has failed


def _refresh_early(seconds_left, seconds_to_load, eagerness=1.0):
    """True ever more often as the deadline comes near, and earlier for what takes long (Vattani et al., 2015)."""
    return seconds_to_load * eagerness * -math.log(1.0 - random.random()) >= seconds_left
