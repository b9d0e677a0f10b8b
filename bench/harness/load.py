"""Runs larder-load and larder-replay (the C++ programs of this folder) and reads what they print."""

import json
import subprocess

from . import machine


class LoadError(Exception):
    """The load could not be run, or the server answered with errors."""


def _run(command, cores, timeout):
    with machine.pinned(cores or machine.LOAD_CORES):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout + 60,
                              check=False)
    if done.returncode != 0:
        raise LoadError(done.stderr.strip() or f"{command[0]} failed")
    return json.loads(done.stdout)


def stream(**words):
    """One stream in the words of load_options.h: stream(pipeline=16, set=100, key_size=16) and so on."""
    return " ".join(f"{name.replace('_', '-')}={value}" for name, value in words.items())


def run(options, server, *streams, threads=1, cores=None, timeout=300, errors_allowed=False):
    """Runs the streams against `server`; returns larder-load's JSON with the steal percentage added.

    Errors among the replies make the run worthless, so they raise LoadError unless they are allowed.
    """
    command = [options.programs / "larder-load", "--port", server.port, "--server-pid", server.pid,
               "--dialect", server.dialect, "--threads", threads, "--timeout", timeout]
    for text in streams:
        command += ["--stream", text]
    steal = machine.StealMeter()
    result = _run(command, cores, timeout)
    result["steal_percent"] = steal.percent()
    for name, counts in result["streams"].items():
        if counts["errors"] and not errors_allowed:
            raise LoadError(f"{server.kind}, stream {name}: {counts['errors']} errors, first: {counts['first_error']}")
    return result


def fill(options, server, keys, value_size=32, connections=4, **words):
    """Stores keys 0 .. keys-1, each once."""
    return run(options, server, stream(name="fill", set=100, order="sequential", keys=keys, count=keys, pipeline=100,
                                       connections=connections, value_size=value_size, **words))


def replay(options, server, **flags):
    """Replays a trace against `server` (None: simulations only); returns larder-replay's JSON."""
    command = [options.programs / "larder-replay"]
    if server is not None:
        command += ["--port", server.port, "--server-pid", server.pid]
    for name, value in flags.items():
        command += ["--" + name.replace("_", "-"), value]
    return _run(command, None, 1800)
