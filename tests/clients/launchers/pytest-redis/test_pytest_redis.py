"""pytest-redis starts the server binary as its redis-server: through --redis-exec and through its factories.

Its client speaks through the Unix socket; it flushes after each test and ends the process after the last.
"""

import os
import pathlib

import redis
from pytest_redis import factories

protected_process = factories.redis_proc(executable=os.environ["LARDER_BIN"], password="secret", save="60 1")
protected = factories.redisdb("protected_process", dbnum=3, decode=True)
protected_async = factories.redisdb_async("protected_process", dbnum=3)


def test_the_default_fixture(redisdb):
    assert redisdb.dbsize() == 0
    assert redisdb.set("k", b"\x00\xff", ex=60)
    assert redisdb.get("k") == b"\x00\xff"


def test_nothing_is_left_of_the_test_before(redisdb):
    assert redisdb.get("k") is None
    assert redisdb.dbsize() == 0


def test_the_client_is_on_the_unix_socket(redisdb, redis_proc):
    assert redisdb.connection_pool.connection_kwargs["path"] == redis_proc.unixsocket
    assert redisdb.client_info()["flags"].startswith("U")


def test_the_port_is_open_too(redis_proc):
    with redis.Redis(redis_proc.host, redis_proc.port) as client:
        assert client.ping()
        assert client.config_get("databases") == {"databases": "8"}
        assert client.config_get("timeout") == {"timeout": "15"}
        assert client.config_get("save") in ({"save": ""}, {"save": "3600 1 300 100 60 10000"})
        assert client.info("server")["tcp_port"] == redis_proc.port


def test_the_files_stand_where_they_were_asked_for(redis_proc):
    folder = pathlib.Path(redis_proc.unixsocket).parent
    log = (folder / f"redis-server.{redis_proc.port}.log").read_text()
    assert "Ready to accept connections" in log
    pidfile = folder / f"redis-server.{redis_proc.port}.pid"
    if pidfile.exists():  # redis-server writes it when it becomes a daemon, or is asked for one
        assert int(pidfile.read_text()) == redis_proc.process.pid


def test_a_process_of_ones_own(protected, protected_process, redis_proc):
    assert protected_process.port != redis_proc.port
    assert protected.client_info()["db"] == 3
    assert protected.config_get("save") == {"save": "60 1"}
    assert protected.set("here", "text")
    assert protected.get("here") == "text"
    with redis.Redis(protected_process.host, protected_process.port, protocol=2) as stranger:
        try:
            stranger.ping()
        except redis.AuthenticationError as refused:
            assert "Authentication required" in str(refused)
        else:
            raise AssertionError("a stranger was let in")


async def test_asyncio(protected_async):
    assert await protected_async.get("here") is None
    assert await protected_async.set("now", "here")
    assert await protected_async.get("now") in (b"here", "here")


def test_versions(redis_proc):
    assert redis_proc.version.major >= 7
