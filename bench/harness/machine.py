"""The machine under the benches: which cores serve and load, what the system accounts to a process, how it is named."""

import contextlib
import os
import platform
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALL_CORES = sorted(os.sched_getaffinity(0))


def _siblings(core):
    """The logical cores that share `core`'s physical one, itself included: load there would take from the server."""
    with contextlib.suppress(OSError, ValueError):
        listed = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text().strip()
        ends = [[int(end) for end in part.split("-")] for part in listed.split(",")]
        return {number for pair in ends for number in range(pair[0], pair[-1] + 1)}
    return {core}


SERVER_CORES = ALL_CORES[:1]
LOAD_CORES = ([core for core in ALL_CORES if core not in _siblings(ALL_CORES[0])] or ALL_CORES[1:] or ALL_CORES)[:1]


@contextlib.contextmanager
def pinned(cores):
    """Children started inside run on `cores`: they inherit this process's affinity, which is put back after."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid):
    """User and kernel time of all threads of `pid`, by its CPU clock: utime + stime of /proc/PID/stat in nanoseconds."""
    return time.clock_gettime(~pid << 3 | 2)


def resident_bytes(pid):
    """Resident memory once it has stopped changing: the same in two looks 50 ms apart, at most 2 s.

    From smaps_rollup, which counts the pages: statm adds up per-core counters that lag by some hundred KB.
    """
    last = -1
    for _ in range(40):
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        size = int(fields["Rss"].split()[0]) * 1024
        if size == last:
            break
        last = size
        time.sleep(0.05)
    return last


def steal_and_total():
    """Jiffies that the hypervisor took from us, and all jiffies, summed over the cores, since boot."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[7], sum(fields)


class StealMeter:
    """The share of time stolen since it was made, in percent. Above 2 % a run deserves no trust."""

    def __init__(self):
        self.before = steal_and_total()

    def percent(self):
        stolen, total = (now - then for now, then in zip(steal_and_total(), self.before))
        return 100.0 * stolen / total if total else 0.0


def _git(*arguments):
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def description():
    """Names the machine, the commit and a hash of the product's code (bench/product_hash); part of every result."""
    changed = "+changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "cpu": _cpu_model(),
        "cores": len(ALL_CORES),
        "server_core": SERVER_CORES[0],
        "load_core": LOAD_CORES[0],
        "memory_mib": memory,
        "kernel": platform.release(),
        "commit": (_git("rev-parse", "--short", "HEAD") or "unknown") + changed,
        "product": subprocess.run([ROOT / "bench" / "product_hash"], check=True, capture_output=True, text=True).stdout.strip(),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "load_average": round(os.getloadavg()[0], 2),
        "transport": "TCP over loopback",
    }
