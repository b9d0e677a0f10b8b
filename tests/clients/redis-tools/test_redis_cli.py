"""redis-cli of the distribution against the server: one test for each way in which people use it."""

import json
import os
import re
import select
import subprocess
import time
import unittest

from server_control import server_control

HOST = os.environ["LARDER_HOST"]
PORT = os.environ["LARDER_PORT"]
PASSWORD = os.environ["LARDER_PASSWORD"]
LIMIT_S = 20
CONNECT = ["redis-cli", "-h", HOST, "-p", PORT]
CLI = [*CONNECT, "--no-auth-warning", "-a", PASSWORD]


def run(*arguments, stdin=b"", program=CLI, status=0):
    """The standard output of redis-cli as text; its exit status must be the expected one."""
    done = subprocess.run([*program, *arguments], input=stdin, capture_output=True, timeout=LIMIT_S, check=False)
    output = done.stdout.decode("utf-8", "surrogateescape")
    assert done.returncode == status, f"{arguments}: status {done.returncode}: {output} {done.stderr.decode()}"
    return output


class Listener:
    """redis-cli that goes on writing; read with a bound, stopped at the end."""

    def __init__(self, *arguments):
        self._process = subprocess.Popen([*CLI, *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(LIMIT_S)
        self._process.stdout.close()

    def wait_for(self, pattern):
        deadline = time.monotonic() + LIMIT_S
        while not re.search(pattern, self.output):
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self._process.stdout], [], [], max(left, 0))
            assert readable, f"no {pattern!r} in {self.output!r}"
            chunk = os.read(self._process.stdout.fileno(), 65536)
            assert chunk, f"ended without {pattern!r}: {self.output!r}"
            self.output += chunk.decode()


class RedisCli(unittest.TestCase):
    def setUp(self):
        run("FLUSHALL")

    def test_commands_and_exit_status(self):
        self.assertEqual(run("PING"), "PONG\n")
        self.assertEqual(run("SET", "greeting", "hello world"), "OK\n")
        self.assertEqual(run("GET", "greeting"), "hello world\n")
        self.assertEqual(run("GET", "none"), "\n")
        self.assertEqual(run("--no-raw", "GET", "none"), "(nil)\n")
        self.assertEqual(run("--no-raw", "INCR", "n"), "(integer) 1\n")
        self.assertEqual(run("--no-raw", "MGET", "n", "none"), '1) "1"\n2) (nil)\n')
        self.assertEqual(run("-e", "INCR", "greeting", status=1), "")
        self.assertIn("value is not an integer", run("INCR", "greeting"))

    def test_passwords(self):
        self.assertIn("NOAUTH", run("GET", "k", program=CONNECT))
        self.assertIn("NOAUTH", run("-a", "wrong", "--no-auth-warning", "GET", "k", program=CONNECT))
        uri = f"redis://default:{PASSWORD}@{HOST}:{PORT}/0"
        self.assertEqual(run("--no-auth-warning", "-u", uri, "PING", program=["redis-cli"]), "PONG\n")
        self.assertEqual(run("--user", "default", "--pass", PASSWORD, "PING", program=[*CONNECT, "--no-auth-warning"]), "PONG\n")
        through = ["redis-cli", "-s", os.environ["LARDER_SOCKET"], "--no-auth-warning", "-a", PASSWORD]
        self.assertEqual(run("PING", program=through), "PONG\n")

    def test_databases(self):
        run("-n", "3", "SET", "here", "1")
        self.assertEqual(run("-n", "3", "DBSIZE"), "1\n")
        self.assertEqual(run("DBSIZE"), "0\n")
        self.assertIn("DB index is out of range", run("SELECT", "99"))

    def test_resp3(self):
        self.assertEqual(run("-3", "SADD", "s", "a"), "1\n")
        self.assertEqual(run("-3", "--no-raw", "SMEMBERS", "s"), '1~ "a"\n')
        self.assertRegex(run("-3", "--no-raw", "CONFIG", "GET", "maxmemory"), r'^1# "maxmemory" => "0"\n$')
        self.assertRegex(run("-3", "HELLO"), r"(?s)server\nredis|server redis")
        self.assertIn(" resp=3", run("-3", "CLIENT", "INFO"))
        self.assertIn(" resp=2", run("-2", "CLIENT", "INFO"))

    def test_json_and_csv(self):
        run("MSET", "a", "1", "b", "zwei")
        self.assertEqual(json.loads(run("--json", "MGET", "a", "b", "c")), ["1", "zwei", None])
        self.assertEqual(run("--csv", "MGET", "a", "b"), '"1","zwei"\n')
        self.assertEqual(json.loads(run("--json", "CONFIG", "GET", "databases")), {"databases": "16"})

    def test_stdin_and_repeat(self):
        self.assertEqual(run("-x", "SET", "blob", stdin=b"\x00\xff\r\n"), "OK\n")
        self.assertEqual(run("STRLEN", "blob"), "4\n")
        self.assertEqual(run("-r", "5", "INCR", "n"), "1\n2\n3\n4\n5\n")
        self.assertEqual(run("-X", "VALUE", "SET", "k", "VALUE", stdin=b"of stdin"), "OK\n")
        self.assertEqual(run(stdin=b"SET a 1\nINCR a\nMULTI\nINCR a\nEXEC\nGET a\n"), "OK\n2\nOK\nQUEUED\n3\n3\n")

    def test_scan(self):
        run("MSET", *(word for n in range(300) for word in (f"user:{n}", "x", f"order:{n}", "x")))
        keys = run("--scan", "--pattern", "user:*").split()
        self.assertEqual(sorted(keys), sorted(f"user:{n}" for n in range(300)))
        self.assertEqual(len(run("--scan").split()), 600)

    def test_pipe(self):
        commands = [b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$2\r\n\x00\xff\r\n" % (len(b"k%d" % n), b"k%d" % n) for n in range(5000)]
        self.assertIn("errors: 0, replies: 5000", run("--pipe", stdin=b"".join(commands)))
        self.assertEqual(run("DBSIZE"), "5000\n")
        inline = b"".join(b"INCR n\r\n" for _ in range(1000)) + b"INCR k1\r\n"
        done = subprocess.run([*CLI, "--pipe"], input=inline, capture_output=True, timeout=LIMIT_S, check=False)
        self.assertIn(b"errors: 1, replies: 1001", done.stdout)
        self.assertEqual(run("GET", "n"), "1000\n")

    def test_big_and_memory_keys(self):
        run("MSET", *(word for n in range(50) for word in (f"k{n}", "x" * (n + 1))))
        run("SADD", "set", *(str(n) for n in range(200)))
        biggest = run("--bigkeys")
        self.assertRegex(biggest, r"Biggest string found .*k49.* has 50 bytes")
        self.assertRegex(biggest, r"Biggest +set found .*set.* has 200 members")
        self.assertRegex(biggest, r"Sampled 51 keys in the keyspace")
        heaviest = run("--memkeys")
        self.assertRegex(heaviest, r"Biggest +set found .*set.* has \d+ bytes")

    def test_hot_keys(self):
        run("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
        try:
            run("SET", "hot", "1")
            run("-r", "500", "GET", "hot")
            self.assertRegex(run("--hotkeys"), r"hot key found with counter: \d+\s+keyname: \"?hot")
        finally:
            run("CONFIG", "SET", "maxmemory-policy", "noeviction")

    def test_stat(self):
        # Two lines, half a second apart: what --stat does until it is stopped.
        with Listener("--stat", "-i", "0.1") as stat:
            stat.wait_for(r"keys +mem +clients(?s:.*)\n0 +\S+ +\d+ +\d+ +\d+(?s:.*)\n0 +\S+")

    def test_latency(self):
        with Listener("--latency", "--raw", "-i", "1") as latency:
            latency.wait_for(r"^\d+ \d+ [\d.]+ \d+\n")

    def test_publish_and_subscribe(self):
        for version in ("-2", "-3"):
            with Listener(version, "SUBSCRIBE", "news", "sport") as listener:
                listener.wait_for(r"sport\n2\n")
                self.assertEqual(run("PUBLISH", "news", "hello"), "1\n")
                listener.wait_for(r"message\nnews\nhello\n")
                self.assertEqual(run("PUBSUB", "NUMSUB", "news"), "news\n1\n")
            with Listener(version, "PSUBSCRIBE", "n*") as listener:
                listener.wait_for(r"psubscribe\nn\*\n1\n")
                self.assertEqual(run("PUBLISH", "news", "hello"), "1\n")
                listener.wait_for(r"pmessage\nn\*\nnews\nhello\n")

    def test_monitor(self):
        with Listener("MONITOR") as monitor:
            monitor.wait_for(r"OK\n")
            run("SET", "seen", "by the monitor")
            monitor.wait_for(r'\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "SET" "seen" "by the monitor"\n')

    def test_info_and_config(self):
        info = run("INFO")
        for section in ("Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Keyspace"):
            self.assertIn(f"# {section}", info)
        self.assertRegex(info, r"redis_version:7\.\d+\.\d+")
        self.assertEqual(run("CONFIG", "GET", "databases"), "databases\n16\n")
        self.assertEqual(run("CONFIG", "SET", "maxmemory", "64mb"), "OK\n")
        self.assertEqual(run("CONFIG", "GET", "maxmemory"), f"maxmemory\n{64 << 20}\n")
        self.assertEqual(run("CONFIG", "SET", "maxmemory", "0"), "OK\n")
        self.assertRegex(run("COMMAND", "COUNT"), r"^\d{2,}\n$")
        self.assertIn("get", run("COMMAND", "DOCS", "GET"))

    def test_lru_of_the_documentation(self):
        """What a container's user sees: `--maxmemory 8mb --maxmemory-policy allkeys-lru`, filled through --pipe."""
        server_control("restart --maxmemory 8mb --maxmemory-policy allkeys-lru")
        try:
            value = b"x" * 4000
            commands = (b"*3\r\n$3\r\nSET\r\n$5\r\nk%04d\r\n$4000\r\n%s\r\n" % (n, value) for n in range(5000))
            self.assertIn("errors: 0, replies: 5000", run("--pipe", stdin=b"".join(commands)))
            used = int(re.search(r"used_memory:(\d+)", run("INFO", "memory")).group(1))
            self.assertLessEqual(used, (8 << 20) * 1.001 + (1 << 20))
            self.assertGreater(int(re.search(r"evicted_keys:(\d+)", run("INFO", "stats")).group(1)), 2000)
            self.assertEqual(run("EXISTS", "k4999"), "1\n")
        finally:
            server_control("restart")

    def test_a_server_that_is_down(self):
        server_control("stop")
        try:
            self.assertEqual(run("PING", status=1), "")
        finally:
            server_control("start")
        self.assertEqual(run("PING"), "PONG\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
