"""Sets one client up in its cache folder, runs it against a fresh server, and says how it went.

Invariants: the source tree is only read; everything that a toolchain writes goes to the client's cache folder; set-up is
repeated only when a file that it depends on has changed. Clients are run one after the other by one thread.
"""

import contextlib
import dataclasses
import enum
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from .server import ControlDoor, Server, ServerError

CLIENTS = pathlib.Path(__file__).resolve().parent.parent
NOT_SOURCE = {"node_modules", "target", "venv", "__pycache__", ".pytest_cache"}


class Outcome(enum.Enum):
    passed = "passed"
    failed = "failed"
    skipped = "skipped"


@dataclasses.dataclass
class Result:
    name: str
    outcome: Outcome
    note: str = ""
    setup_s: float = 0.0
    run_s: float = 0.0
    logs: tuple = ()


@dataclasses.dataclass(frozen=True)
class Client:
    """What has to be known to run one client.

    name       of the client in reports and for --only
    folder     its sources, relative to tests/clients
    needs      what must be installed (see needs.py): otherwise the client is skipped
    setup      commands that prepare the cache folder, run in it; repeated when a file of `pins` changes
    pins       manifest files in the folder that the set-up depends on
    build      commands run every time before the test (compilers do nothing when nothing has changed)
    run        the command that tests; exit status 0 means that all is well. {server} in it is the path of the server,
               {folder} an empty folder with a short path (for Unix sockets), removed at the end
    borrows    further files of tests/clients, copied beside the sources: {where from: where to}
    own_server False for launchers, which start the binary themselves
    limit_s    for `run`; set-up and build have limits of their own
    """

    name: str
    folder: str
    run: tuple
    needs: tuple = ()
    setup: tuple = ()
    pins: tuple = ()
    build: tuple = ()
    borrows: dict = dataclasses.field(default_factory=dict)
    env: dict = dataclasses.field(default_factory=dict)
    own_server: bool = True
    limit_s: int = 90


SETUP_LIMIT_S = 600
BUILD_LIMIT_S = 480


class StepFailed(Exception):
    """A command ended with another status than 0, or took too long."""


def missing_tool(client):
    """Why the client cannot run here, or None."""
    for need in client.needs:
        if not need.is_met():
            return f"{need.name} not found ({need.hint})"
    return None


def run_client(client, server_binary, cache_root):
    """One client from set-up to the end of its server; never raises for anything that the client or server does."""
    home = cache_root / client.name
    home.mkdir(parents=True, exist_ok=True)
    log, server_log = home / "client.log", home / "server.log"
    result = Result(client.name, Outcome.failed, logs=(server_log, log))
    for old in result.logs:
        old.unlink(missing_ok=True)
    started = time.monotonic()
    try:
        work = _mirror(client, home)
        _set_up(client, home, work, log)
        result.setup_s = time.monotonic() - started
        started = time.monotonic()
        _test(client, work, server_binary, server_log, log)
        result.outcome = Outcome.passed
    except StepFailed as problem:
        result.note = str(problem)
    except ServerError as problem:
        result.note = f"server: {problem}"
    result.run_s = time.monotonic() - started
    return result


def _mirror(client, home):
    """Copies the client's sources to its cache folder, so that no toolchain writes into the source tree."""
    work = home / "work"
    wanted = {}
    source = CLIENTS / client.folder
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_file() and not NOT_SOURCE.intersection(relative.parts):
            wanted[str(relative)] = path
    for here, there in client.borrows.items():
        wanted[there] = CLIENTS / here
    for relative, path in wanted.items():
        target = work / relative
        if not target.exists() or target.read_bytes() != path.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            shutil.copymode(path, target)
    record = home / "mirrored.json"
    before = json.loads(record.read_text()) if record.exists() else []
    for relative in set(before) - set(wanted):
        (work / relative).unlink(missing_ok=True)
    record.write_text(json.dumps(sorted(wanted)))
    return work


def _set_up(client, home, work, log):
    fingerprint = hashlib.sha256(repr((client.setup, str(work))).encode())
    for name in client.pins:
        fingerprint.update((work / name).read_bytes())
    stamp = home / "set-up.stamp"
    if client.setup and not (stamp.exists() and stamp.read_text() == fingerprint.hexdigest()):
        stamp.unlink(missing_ok=True)
        for command in client.setup:
            _step("set-up", command, work, log, SETUP_LIMIT_S, client.env)
        stamp.write_text(fingerprint.hexdigest())
    for command in client.build:
        _step("build", command, work, log, BUILD_LIMIT_S, client.env)


def _test(client, work, server_binary, server_log, log):
    with contextlib.ExitStack() as cleanup:
        folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="larder-clients-"))
        command = [word.format(server=server_binary, folder=f"{folder}/launched") for word in client.run]
        environment = {**client.env, "LARDER_BIN": str(server_binary)}
        if not client.own_server:
            _step("test", command, work, log, client.limit_s, environment)
            return
        server = Server(server_binary, folder, server_log)
        cleanup.callback(server.close)
        server.start()
        door = ControlDoor(server)
        cleanup.callback(door.close)
        environment.update(
            LARDER_HOST="127.0.0.1",
            LARDER_PORT=str(server.port),
            LARDER_PASSWORD=server.password,
            LARDER_SOCKET=str(server.socket_path),
            LARDER_CONTROL_PORT=str(door.port),
        )
        try:
            _step("test", command, work, log, client.limit_s, environment)
        except StepFailed as problem:
            if not server.running():
                raise StepFailed(f"{problem}; the server is down, see {server_log}") from None
            raise
        server.stop()


def _step(kind, command, work, log, limit_s, environment):
    """Runs one command in its own process group with its output appended to the log."""
    with open(log, "ab") as sink:
        sink.write(f"$ {' '.join(command)}\n".encode())
        sink.flush()
        process = subprocess.Popen(
            command,
            cwd=work,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise StepFailed(f"{kind} took longer than {limit_s} s: {command[0]}") from None
        finally:
            _end_group(process)
    if status != 0:
        raise StepFailed(f"{kind} ended with status {status}: {command[0]}")


def _end_group(process):
    """Nothing that the step has started outlives it: its group is ours alone, it was made for this process."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
