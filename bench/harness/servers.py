"""Starts and stops the servers that are compared. Only processes started here are ever stopped, by their own handle."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time

from . import machine

START_SECONDS = 20
STOP_SECONDS = 20


class ServerError(Exception):
    """A server did not start, did not answer, or answered with an error."""


def _redis_arguments(options):
    arguments = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    if options.get("threads", 1) != 1:
        arguments += ["--io-threads", str(options["threads"])]
    for name in ("maxmemory", "maxmemory-policy"):
        if name in options:
            arguments += ["--" + name, str(options[name])]
    return arguments


def _larder_arguments(options):
    return _redis_arguments({**options, "threads": 1}) + ["--io-threads", str(options.get("threads", 1))]


def _memcached_arguments(options):
    user = pwd.getpwuid(os.getuid()).pw_name
    return ["-l", "127.0.0.1", "-U", "0", "-u", user, "-m", "8192", "-c", "12000", "-t", str(options.get("threads", 1))]


def _pogocache_arguments(options):
    return ["-h", "127.0.0.1", "--threads", str(options.get("threads", 1)), "--maxconns", "12000"]


# name: (programs, the first on PATH, its port flag, its other arguments, dialect, knows maxmemory and policies as Redis
# does)
KINDS = {
    "larder": (("larder",), "--port", _larder_arguments, "resp", True),
    "redis": (("redis-server",), "--port", _redis_arguments, "resp", True),
    "redis-8.2": (("redis-8.2",), "--port", _redis_arguments, "resp", True),
    "valkey": (("valkey-server", "valkey-9.1"), "--port", _redis_arguments, "resp", True),
    "memcached": (("memcached",), "-p", _memcached_arguments, "memcached", False),
    "pogocache": (("pogocache",), "-p", _pogocache_arguments, "resp", False),
    "floor": (("larder-floor",), "--port", lambda options: [], "resp", False),
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Connection:
    """A RESP2 (or memcached) client of the few words that the benches need."""

    def __init__(self, port, dialect="resp", timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.dialect = dialect
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def command(self, *words):
        encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        parts = [b"*%d\r\n" % len(encoded)] + [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
        self.socket.sendall(b"".join(parts))
        return self._reply()

    def ping(self):
        if self.dialect == "resp":
            return self.command("PING")
        self.socket.sendall(b"version\r\n")
        return self._line()

    def _line(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ServerError("the server closed the connection")
        return line[:-2]

    def _reply(self):
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise ServerError(rest.decode(errors="replace"))
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2]
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


class Server:
    """A running server. Use it in a `with`, or stop() it.

    options: threads, maxmemory (bytes), maxmemory-policy; what a kind cannot do is left out of its command line.
    """

    def __init__(self, kind, path, cores=None, **options):
        self.kind = kind
        _, port_flag, arguments, self.dialect, _ = KINDS[kind]
        self.port = free_port()
        self.arguments = arguments(options)
        command = [str(path), port_flag, str(self.port), *self.arguments]
        # Its log goes nowhere: a pipe that nobody reads would stop it.
        with machine.pinned(cores or machine.SERVER_CORES):
            self.started = time.perf_counter()
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                            stdin=subprocess.DEVNULL)
        self.pid = self.process.pid
        try:
            self.connection = self._first_pong()
        except BaseException:
            self.stop()
            raise

    def _first_pong(self):
        while time.perf_counter() - self.started < START_SECONDS:
            if self.process.poll() is not None:
                raise ServerError(f"{self.kind} ended with code {self.process.returncode} before it answered")
            with contextlib.suppress(OSError):
                connection = Connection(self.port, self.dialect)
                connection.ping()
                self.seconds_to_pong = time.perf_counter() - self.started
                return connection
            time.sleep(0.0001)
        raise ServerError(f"{self.kind} did not answer within {START_SECONDS} s")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def command(self, *words):
        return self.connection.command(*words)

    def info(self, field):
        """An integer field of INFO."""
        for line in self.command("INFO").decode().splitlines():
            if line.startswith(field + ":"):
                return int(line.split(":", 1)[1])
        raise ServerError(f"{self.kind} has no {field} in INFO")

    def version(self):
        try:
            done = subprocess.run([self.process.args[0], "-V" if self.kind == "memcached" else "--version"],
                                  capture_output=True, text=True, timeout=10, check=False)
            return (done.stdout or done.stderr).strip().splitlines()[0]
        except (OSError, subprocess.SubprocessError, IndexError):
            return "unknown"

    def stop(self):
        if hasattr(self, "connection"):
            self.connection.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Fleet:
    """The servers that take part: their programs, and how to start them."""

    def __init__(self, options):
        self.paths = {}
        for kind, (programs, *_) in KINDS.items():
            if options.servers and kind not in options.servers:
                continue
            found = next(filter(None, map(shutil.which, programs)), None)
            path = {"larder": options.server, "floor": options.programs / programs[0]}.get(kind) or found
            if path and os.access(path, os.X_OK):
                self.paths[kind] = path
            elif kind == "larder" or options.servers:
                raise ServerError(f"{kind}: no program at {path or 'PATH'}; build it first (bench/README.md)")

    def kinds(self, only=None, resp=False, maxmemory=False):
        """Names of the servers present, larder first: those in `only`; that speak RESP; that know maxmemory."""
        return [kind for kind in self.paths
                if (only is None or kind in only)
                and (not resp or KINDS[kind][3] == "resp")
                and (not maxmemory or KINDS[kind][4])]

    def start(self, kind, cores=None, **options):
        return Server(kind, self.paths[kind], cores, **options)

    @contextlib.contextmanager
    def all(self, kinds, **options):
        """All of `kinds` running at once, as a dict by name."""
        with contextlib.ExitStack() as stack:
            yield {kind: stack.enter_context(self.start(kind, **options)) for kind in kinds}
