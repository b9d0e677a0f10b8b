"""What must be installed for a client to run here: each need can say whether it is met, and how a person meets it."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import typing

PROBE_LIMIT_S = 60


@dataclasses.dataclass(frozen=True)
class Need:
    """name: for the report; hint: how to get it; is_met: called without arguments."""

    name: str
    hint: str
    is_met: typing.Callable[[], bool]


def program(name, hint):
    return Need(name, hint, lambda: shutil.which(name) is not None)


def newer_program(name, minimum, hint, version_argument="--version"):
    """A program whose version, the first number with a dot in its answer, is at least `minimum`."""
    wanted = ".".join(map(str, minimum))
    return Need(f"{name} {wanted} or newer", hint, lambda: _version([name, version_argument]) >= minimum)


def python_with_venv(minimum):
    wanted = ".".join(map(str, minimum))
    probe = [sys.executable, "-c", "import venv, ensurepip"]
    return Need(
        f"python {wanted} or newer with venv",
        "apt install python3-venv",
        lambda: sys.version_info[:2] >= minimum and _succeeds(probe),
    )


def c_header(name, hint):
    probe = ["cc", "-E", "-include", name, "-x", "c", os.devnull]
    return Need(name, hint, lambda: _succeeds(probe))


def _succeeds(command):
    return shutil.which(command[0]) is not None and _run(command).returncode == 0


def _version(command):
    if shutil.which(command[0]) is None:
        return ()
    found = re.search(r"(\d+(?:\.\d+)+)", _run(command).stdout)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _run(command):
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PROBE_LIMIT_S, check=False
    )
