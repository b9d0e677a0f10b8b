"""Fixtures: a synchronous and an asyncio client, each in RESP2 and RESP3, on an empty server."""

import os
import time

import pytest
import redis
import redis.asyncio

HOST = os.environ["LARDER_HOST"]
PORT = int(os.environ["LARDER_PORT"])
PASSWORD = os.environ["LARDER_PASSWORD"]
WAIT_LIMIT_S = 10


def options(protocol, **more):
    return {"protocol": protocol, "password": PASSWORD, "client_name": "suite", "socket_timeout": 20, **more}


def url(database=0):
    return f"redis://:{PASSWORD}@{HOST}:{PORT}/{database}"


def eventually(condition):
    """Polls until the condition holds; the bound makes a condition that never holds a failure."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.005)


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def protocol(request):
    return request.param


@pytest.fixture
def cache(protocol):
    """Bytes in, bytes out."""
    with redis.Redis(HOST, PORT, **options(protocol)) as client:
        client.flushall()
        yield client


@pytest.fixture
def text(protocol):
    """Strings in, strings out."""
    with redis.Redis(HOST, PORT, **options(protocol, decode_responses=True)) as client:
        client.flushall()
        yield client


@pytest.fixture
async def acache(protocol):
    client = redis.asyncio.from_url(url(), protocol=protocol, client_name="suite", decode_responses=False)
    async with client:
        await client.flushall()
        yield client


@pytest.fixture
async def atext(protocol):
    client = redis.asyncio.from_url(url(), protocol=protocol, client_name="suite", decode_responses=True)
    async with client:
        await client.flushall()
        yield client
