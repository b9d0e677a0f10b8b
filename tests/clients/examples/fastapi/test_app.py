"""The shop as its users see it: answers, how often the database was asked, and what happens without a cache."""

import asyncio
import os
import re
import subprocess
import sys
import time

import httpx
import pytest
import redis
from app import Database, create_app
from cache import Cache
from server_control import server_control

PASSWORD, HOST, PORT = (os.environ[f"LARDER_{name}"] for name in ("PASSWORD", "HOST", "PORT"))
URL = f"redis://:{PASSWORD}@{HOST}:{PORT}/0"
LIMIT_S = 20


@pytest.fixture
def server():
    """What the server holds, looked at from outside."""
    with redis.Redis.from_url(URL, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def database():
    return Database()


@pytest.fixture
async def shop(server, database):
    cache = Cache(URL, patience=2)
    transport = httpx.ASGITransport(create_app(cache, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=LIMIT_S) as client:
        yield client
    await cache.close()


async def get(shop, path):
    answer = await shop.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_1_a_second_reader_is_served_from_the_cache(shop, server, database):
    lamp = await get(shop, "/products/1")
    assert lamp == {"id": 1, "name": "Lamp", "category": "light", "price": 2900}
    assert await get(shop, "/products/1") == lamp
    assert database.queries == 1
    assert 59 <= server.ttl("product:1") <= 60
    server.pexpire("product:1", 20)
    deadline = time.monotonic() + LIMIT_S
    while server.exists("product:1"):
        assert time.monotonic() < deadline
    assert await get(shop, "/products/1") == lamp
    assert database.queries == 2


async def test_1_what_does_not_exist_is_not_found(shop):
    assert (await shop.get("/products/99")).status_code == 404


async def test_2_a_change_is_seen_at_once(shop, database):
    await get(shop, "/products/1")
    changed = {"name": "Lamp", "category": "light", "price": 1900}
    assert (await shop.put("/products/1", json=changed)).status_code == 200
    assert (await get(shop, "/products/1"))["price"] == 1900
    assert database.queries == 3


async def test_3_a_value_near_its_end_is_refreshed_early(shop, server, database):
    await get(shop, "/products/1")
    await get(shop, "/products/1")
    assert database.queries == 1
    slow = server.get("product:1").replace('"seconds_to_load":0.', '"seconds_to_load":999999999.')
    server.set("product:1", slow, ex=60)
    assert (await get(shop, "/products/1"))["name"] == "Lamp"  # so slow to load that 60 seconds are "near the end"
    assert database.queries == 2


async def test_4_a_crowd_asks_the_database_once(shop, server, database):
    answers = await asyncio.gather(*(get(shop, "/products/3") for _ in range(50)))
    assert all(answer["name"] == "Chair" for answer in answers)
    assert database.queries == 1
    assert not server.exists("lock:product:3")


async def test_5_all_products_are_forgotten_at_once(shop, server):
    server.mset({f"product:{number}": "old" for number in range(1000, 1500)} | {"other:1": "stays"})
    answer = await shop.delete("/cache/product")
    assert answer.json() == {"deleted": 500}
    assert server.keys() == ["other:1"]


async def test_6_a_change_forgets_the_pages_that_show_it(shop, server):
    light = await get(shop, "/categories/light")
    assert [product["name"] for product in light["products"]] == ["Lamp", "Candle"]
    await get(shop, "/categories/seats")
    assert server.smembers("tag:category:light") == {"page:category:light"}
    await shop.put("/products/2", json={"name": "Bench", "category": "seats", "price": 5900})
    assert not server.exists("page:category:light", "page:category:seats", "tag:category:light", "tag:category:seats")
    assert [p["name"] for p in (await get(shop, "/categories/light"))["products"]] == ["Lamp"]
    assert [p["name"] for p in (await get(shop, "/categories/seats"))["products"]] == ["Bench", "Chair"]


async def test_the_hit_ratio_is_shown(shop, server):
    server.config_resetstat()
    for _ in range(5):
        await get(shop, "/products/1")
    ratio = (await get(shop, "/health"))["hit_ratio"]
    assert 0.5 < ratio < 1


@pytest.mark.parametrize("harm, cure", [("stop", "start"), ("freeze", "thaw")])
async def test_the_shop_works_without_its_cache(server, database, harm, cure):
    cache = Cache(URL, patience=0.1)
    transport = httpx.ASGITransport(create_app(cache, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=LIMIT_S) as shop:
        await get(shop, "/products/1")
        await asyncio.to_thread(server_control, harm)
        try:
            assert (await get(shop, "/products/1"))["name"] == "Lamp"
            assert (await get(shop, "/products/2"))["name"] == "Candle"
            assert (await get(shop, "/health"))["hit_ratio"] is None
            assert database.queries == 3
        finally:
            await asyncio.to_thread(server_control, cure)
    await cache.close()


def test_it_starts_as_the_readme_says(server):
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", "0"],
        env={**os.environ, "CACHE_URL": URL},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        log = iter(process.stderr.readline, "")
        address = next(found.group() for line in log if (found := re.search(r"http://[\d.]+:\d+", line)))
        assert httpx.get(f"{address}/products/1", timeout=LIMIT_S).json()["name"] == "Lamp"
        assert server.exists("product:1")
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT_S)
