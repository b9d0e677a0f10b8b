"""Connecting, naming, authentication, the Unix socket, and what happens when the server goes away."""

import asyncio
import os

import pytest
import redis
import redis.asyncio
import redis.asyncio.retry
from conftest import HOST, PASSWORD, PORT, eventually, options, url
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.retry import Retry
from server_control import server_control

ONE_TRY = Retry(NoBackoff(), 0)


def server_version(client):
    return tuple(int(part) for part in client.info("server")["redis_version"].split("."))


def test_hello_and_client_info(text, protocol):
    info = text.client_info()
    assert info["name"] == "suite"
    assert info["resp"] == str(protocol)
    assert info["db"] == 0
    assert info["user"] == "default"
    assert text.client_getname() == "suite"
    assert text.client_id() == int(info["id"])
    if server_version(text) >= (7, 2):  # CLIENT SETINFO is newer than the server of Debian 12
        assert info["lib-name"].startswith("redis-py")
        assert info["lib-ver"] == redis.__version__


def test_hello_answers_a_map(text, protocol):
    hello = text.execute_command("HELLO", protocol)
    if isinstance(hello, list):
        hello = dict(zip(hello[::2], hello[1::2]))
    assert hello["server"] == "redis"
    assert hello["proto"] == protocol
    assert hello["mode"] == "standalone"
    assert hello["role"] == "master"
    assert hello["modules"] == []


def test_wrong_and_missing_password(protocol):
    with redis.Redis(HOST, PORT, protocol=protocol, password="wrong", retry=ONE_TRY) as client:
        with pytest.raises(redis.AuthenticationError):
            client.ping()
    with redis.Redis(HOST, PORT, protocol=2, retry=ONE_TRY) as client:
        with pytest.raises(redis.AuthenticationError, match="Authentication required"):
            client.ping()


def test_setname_is_seen_in_the_list(text):
    with redis.Redis(HOST, PORT, **options(3, client_name=None, decode_responses=True)) as other:
        assert not other.client_getname()
        assert other.client_setname("renamed")
        assert sorted(row["name"] for row in text.client_list()) == ["renamed", "suite"]


def test_unix_socket(protocol):
    with redis.Redis(unix_socket_path=os.environ["LARDER_SOCKET"], **options(protocol)) as client:
        client.set("through", "the socket")
        assert client.get("through") == b"the socket"


def test_unknown_commands_leave_the_connection_open(text):
    before = text.client_id()
    with pytest.raises(redis.ResponseError, match="unknown command 'NOSUCHCOMMAND', with args beginning with: 'a'"):
        text.execute_command("NOSUCHCOMMAND", "a")
    with pytest.raises(redis.ResponseError):
        text.execute_command("CLIENT", "NOSUCHSUBCOMMAND")
    assert text.client_id() == before


def test_reconnects_after_a_restart(text):
    text.set("kept", "in memory only")
    before = text.client_info()
    server_control("restart")
    assert text.get("kept") is None
    after = text.client_info()
    assert after["name"] == "suite"
    assert after["laddr"] == before["laddr"]


async def test_asyncio_reconnects_after_a_restart(protocol):
    patient = redis.asyncio.retry.Retry(ExponentialBackoff(cap=0.5, base=0.01), 5)
    client = redis.asyncio.from_url(url(), protocol=protocol, client_name="suite", retry=patient)
    async with client:
        await client.set("kept", "in memory only")
        await asyncio.to_thread(server_control, "restart")
        assert await client.get("kept") is None
        assert await client.client_getname() in ("suite", b"suite")


def test_server_down_is_a_connection_error(protocol):
    with redis.Redis(HOST, PORT, **options(protocol, retry=ONE_TRY)) as client:
        client.ping()
        server_control("stop")
        try:
            for _ in range(2):  # the broken connection first, then the refused one
                with pytest.raises(redis.ConnectionError):
                    client.ping()
        finally:
            server_control("start")
        assert client.ping()


async def test_slow_server_times_out(protocol):
    """Pattern 14: the caller gives up in time and goes to its database; the same client works again afterwards."""
    client = redis.asyncio.from_url(url(), protocol=protocol, socket_timeout=0.1, retry=None)
    async with client:
        assert await client.set("k", "cached")
        server_control("freeze")
        try:
            with pytest.raises(redis.TimeoutError):
                await client.get("k")
        finally:
            server_control("thaw")
    async with redis.asyncio.from_url(url(), protocol=protocol) as patient:
        assert await patient.get("k") == b"cached"


def test_client_kill_is_survived(text):
    victim = redis.Redis(HOST, PORT, **options(3))
    with victim:
        number = victim.client_id()
        assert text.client_kill_filter(_id=number) == 1
        eventually(lambda: number not in {int(row["id"]) for row in text.client_list()})
        assert victim.ping()
        assert victim.client_id() > number
