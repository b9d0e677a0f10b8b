"""Pipelines, transactions and messages, synchronous and asyncio."""

import asyncio
import time

import pytest
import redis
from conftest import WAIT_LIMIT_S, eventually


def next_message(subscriber):
    """The next message that is not silence; bounded."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    while time.monotonic() < deadline:
        if message := subscriber.get_message(timeout=0.2):
            return message
    raise AssertionError("no message came")


async def anext_message(subscriber):
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            if message := await subscriber.get_message(timeout=0.2):
                return message


def test_pipeline_keeps_the_order(text):
    with text.pipeline(transaction=False) as batch:
        for number in range(5000):
            batch.set(f"k{number}", number).get(f"k{number}").incr("sum")
        answers = batch.execute()
    assert answers[0::3] == [True] * 5000
    assert answers[1::3] == [str(number) for number in range(5000)]
    assert answers[2::3] == list(range(1, 5001))


def test_pipeline_error_stands_in_its_place(text):
    with text.pipeline(transaction=False) as batch:
        batch.set("word", "abc").incr("word").get("word")
        answers = batch.execute(raise_on_error=False)
    assert answers[0] is True and answers[2] == "abc"
    assert isinstance(answers[1], redis.ResponseError)
    assert "value is not an integer or out of range" in str(answers[1])


async def test_asyncio_pipeline(atext):
    async with atext.pipeline(transaction=False) as batch:
        for number in range(1000):
            batch.incrby("total", number)
        answers = await batch.execute()
    assert answers[-1] == sum(range(1000))


def test_transaction(text):
    with text.pipeline(transaction=True) as batch:
        batch.set("a", 1).incr("a").mget("a", "b").smembers("none")
        assert batch.execute() == [True, 2, ["2", None], set()]


def test_transaction_runs_on_after_an_error(text):
    with text.pipeline(transaction=True) as batch:
        batch.set("word", "abc").incr("word").set("after", "1")
        with pytest.raises(redis.ResponseError, match="not an integer"):
            batch.execute()
    assert text.get("after") == "1"


def test_transaction_is_discarded_when_a_command_is_malformed(text):
    with text.pipeline(transaction=True) as batch:
        batch.set("a", "1")
        batch.execute_command("GET")
        with pytest.raises(redis.ResponseError, match="wrong number of arguments for 'get' command"):
            batch.execute()
    assert text.get("a") is None


def test_watch_conflict(text):
    text.set("stock", 10)
    with text.pipeline() as sale:
        sale.watch("stock")
        left = int(sale.get("stock"))
        text.set("stock", 3)
        sale.multi()
        sale.set("stock", left - 1)
        with pytest.raises(redis.WatchError):
            sale.execute()
    assert text.get("stock") == "3"
    text.transaction(lambda pipe: (pipe.multi(), pipe.decr("stock")), "stock")
    assert text.get("stock") == "2"


def test_watch_sees_expiry_and_forgets_after_unwatch(text):
    with text.pipeline() as sale:
        text.set("k", 1)
        sale.watch("k")
        text.set("k", 2)
        sale.unwatch()
        sale.multi()
        sale.incr("k")
        assert sale.execute() == [3]


async def test_asyncio_watch_conflict(atext):
    await atext.set("stock", 10)
    async with atext.pipeline() as sale:
        await sale.watch("stock")
        await atext.incr("stock")
        sale.multi()
        sale.set("stock", 0)
        with pytest.raises(redis.WatchError):
            await sale.execute()
    assert await atext.get("stock") == "11"


def test_publish_and_subscribe(cache):
    with cache.pubsub() as subscriber:
        subscriber.subscribe("news", b"bin\x00ary")
        subscriber.psubscribe("n*s")
        assert [next_message(subscriber)["type"] for _ in range(3)] == ["subscribe", "subscribe", "psubscribe"]
        assert cache.pubsub_channels() and cache.pubsub_numpat() == 1
        assert cache.pubsub_numsub("news", "none") == [(b"news", 1), (b"none", 0)]
        assert cache.publish("news", b"\x00\xff") == 2
        direct, matched = next_message(subscriber), next_message(subscriber)
        assert (direct["type"], direct["channel"], direct["data"]) == ("message", b"news", b"\x00\xff")
        assert (matched["type"], matched["pattern"], matched["data"]) == ("pmessage", b"n*s", b"\x00\xff")
        assert cache.publish(b"bin\x00ary", "x") == 1
        assert next_message(subscriber)["channel"] == b"bin\x00ary"
        subscriber.ping()
        assert next_message(subscriber)["type"] == "pong"
        subscriber.unsubscribe()
        subscriber.punsubscribe()
        assert [next_message(subscriber)["data"] for _ in range(3)][-1] == 0
    eventually(lambda: cache.publish("news", "nobody") == 0)


def test_expired_events(text):
    text.config_set("notify-keyspace-events", "Ex")
    assert set(text.config_get("notify-keyspace-events")["notify-keyspace-events"]) == set("xE")
    try:
        with text.pubsub(ignore_subscribe_messages=True) as subscriber:
            subscriber.subscribe("__keyevent@0__:expired")
            eventually(lambda: text.pubsub_numsub("__keyevent@0__:expired")[0][1] == 1)
            text.set("session:1", "x", px=30)
            message = next_message(subscriber)
            assert (message["channel"], message["data"]) == ("__keyevent@0__:expired", "session:1")
    finally:
        text.config_set("notify-keyspace-events", "")


async def test_asyncio_publish_and_subscribe(atext):
    async with atext.pubsub(ignore_subscribe_messages=True) as subscriber:
        await subscriber.subscribe("room:1")
        await subscriber.psubscribe("room:*")
        async with asyncio.timeout(WAIT_LIMIT_S):
            while await atext.publish("room:1", "ready?") < 2:
                await asyncio.sleep(0.005)
        seen = set()
        async with asyncio.timeout(WAIT_LIMIT_S):
            while not {"message", "pmessage"} <= seen:
                seen.add((await anext_message(subscriber))["type"])
