"""Commands the server that `tests/clients/run` has started: see harness/server.py for the verbs."""

import os
import socket

CONTROL_LIMIT_S = 60


def server_control(command):
    """stop | start [ARGS...] | restart [ARGS...] | freeze | thaw; returns when it is done, raises when it failed."""
    address = ("127.0.0.1", int(os.environ["LARDER_CONTROL_PORT"]))
    with socket.create_connection(address, CONTROL_LIMIT_S) as connection:
        connection.sendall(command.encode() + b"\n")
        answer = connection.makefile().readline().strip()
    assert answer == "ok", f"{command}: {answer}"
