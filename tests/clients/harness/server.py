"""The server under test: one process on a port that the system chose, and the door through which a client restarts it.

Invariants: at most one process at a time; it is stopped by its pid and nothing else is; the port stays reserved while
the server is down. Threads: a Server is used by one thread at a time (the control door serialises its callers); the
reader thread touches only the log file and the queue.
"""

import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time

READY = re.compile(rb"Ready to accept connections")
START_LIMIT_S = 20
STOP_LIMIT_S = 20


class ServerError(Exception):
    """The server did not start, did not stop, or ended in another way than it should."""


class ReservedPort:
    """A free TCP port of the loopback interface, held by a socket that is bound but never listens.

    The server binds the same port with SO_REUSEADDR. Without the reservation another socket could be given the port
    while the server is down, and a client that dials a dead port of the ephemeral range can even connect to itself.
    """

    def __init__(self):
        self._holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.number = self._holder.getsockname()[1]

    def close(self):
        self._holder.close()


class Server:
    """One redis-server compatible process.

    binary    path of the server
    folder    its working folder; must be short enough for a Unix socket inside (107 bytes)
    log_path  what the server writes to stdout and stderr is appended here
    """

    def __init__(self, binary, folder, log_path, password="larder-test"):
        self.binary = str(binary)
        self.folder = pathlib.Path(folder)
        self.log_path = pathlib.Path(log_path)
        self.password = password
        self.socket_path = self.folder / "server.sock"
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self._process = None
        self._reader = None

    @property
    def pid(self):
        return self._process.pid if self._process else None

    def running(self):
        return self._process is not None and self._process.poll() is None

    def start(self, extra=()):
        """Starts the server with `extra` appended to its arguments; returns once it has said that it is ready."""
        if self.running():
            raise ServerError("already running")
        arguments = [
            self.binary, "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket_path),
            "--requirepass", self.password, "--save", "", "--appendonly", "no", "--databases", "16",
            "--dir", str(self.folder), *extra,
        ]  # fmt: skip
        ready = queue.SimpleQueue()  # True for the ready line, False for the end of the output
        self._process = subprocess.Popen(
            arguments, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._reader = threading.Thread(target=self._copy_log, args=(self._process.stdout, ready), daemon=True)
        self._reader.start()
        if not self._said_ready(ready):
            self.kill()
            raise ServerError(f"did not become ready; see {self.log_path}")

    @staticmethod
    def _said_ready(ready):
        try:
            return ready.get(timeout=START_LIMIT_S)
        except queue.Empty:
            return False

    def _copy_log(self, stream, ready):
        with open(self.log_path, "ab") as log:
            for line in stream:
                log.write(line)
                log.flush()
                if READY.search(line):
                    ready.put(True)
        ready.put(False)

    def stop(self):
        """SIGTERM, then waits; the exit status must be 0."""
        if self._process is None:
            return
        crashed = self._process.poll()
        if crashed is not None:
            self._forget()
            raise ServerError(f"ended by itself with status {crashed}; see {self.log_path}")
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"did not end within {STOP_LIMIT_S} s of SIGTERM; see {self.log_path}") from None
        self._forget()
        if status != 0:
            raise ServerError(f"ended with status {status} after SIGTERM; see {self.log_path}")

    def freeze(self):
        """SIGSTOP; returns when every thread of the server has stopped."""
        self._signal(signal.SIGSTOP)
        deadline = time.monotonic() + STOP_LIMIT_S
        while os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOHANG) is None:
            if time.monotonic() > deadline:
                raise ServerError("did not stop")
            time.sleep(0.001)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        if not self.running():
            raise ServerError("not running")
        self._process.send_signal(number)

    def kill(self):
        """SIGKILL, for the end of a run that has failed already."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._forget()

    def _forget(self):
        if self._process is not None:
            self._reader.join(STOP_LIMIT_S)
            self._process.stdout.close()
        self._process = None

    def close(self):
        self.kill()
        self._reserved.close()


class ControlDoor:
    """Lets the client's program command its server: one line in, one line out, over TCP on the loopback interface.

    stop | start [ARGS...] | restart [ARGS...] | freeze | thaw      answered by `ok`, or by `error REASON`

    ARGS are split at blanks and hold until the next start. freeze stops the process without closing its sockets, as a
    machine does that is too slow to answer.
    """

    def __init__(self, server):
        self._server = server
        self._one_at_a_time = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        finally:
            self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                lines.write(self._obey(line.split()) + "\n")
                lines.flush()

    def _obey(self, words):
        verbs = {
            "stop": lambda _: self._server.stop(),
            "start": self._server.start,
            "restart": self._restart,
            "freeze": lambda _: self._server.freeze(),
            "thaw": lambda _: self._server.thaw(),
        }
        if not words or words[0] not in verbs:
            return f"error unknown verb; one of {' '.join(verbs)}"
        with self._one_at_a_time:
            try:
                verbs[words[0]](words[1:])
            except (ServerError, OSError) as problem:
                return f"error {problem}"
        return "ok"

    def _restart(self, extra):
        self._server.stop()
        self._server.start(extra)
