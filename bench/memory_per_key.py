"""How much memory does a key cost, and an idle connection, and an empty server?

Read it so: `bytes/key` is the growth of the server's resident memory (what the system would give to others if the server
were not there) divided by the keys stored; `used/key` is the same from the server's own account (INFO used_memory), where it
has one. The gap between the two is what allocator and tables waste, or what an account leaves out. `KB/connection` is the
resident growth for a connection that was answered once and then is silent; the kernel's socket buffers are not in it.

Keys of 16 bytes, values of 32 bytes, a fresh server for every cell, filled by 4 connections; with a TTL every key has a
deadline far away. Lower is better everywhere.
"""

from harness import load, machine
from harness.report import Report, median
from harness.servers import Connection

TITLE = "memory per key, per idle connection, and empty"
GOAL_BYTES = 75
GOAL_CONNECTION_KB = 2.5
GOAL_EMPTY_MB = 6


def main(options, fleet):
    report = Report("memory_per_key", TITLE, options)
    keys = 100_000 if options.quick else 1_000_000
    rounds = options.rounds or (1 if options.quick else 3)
    kinds = fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "memcached", "pogocache"])
    cells = {kind: [measure(options, report, fleet, kind, keys) for _ in range(rounds)] for kind in kinds}
    for kind in kinds:
        means = {name: median([cell[name] for cell in cells[kind]]) for name in cells[kind][0] if cells[kind][0][name] is not None}
        report.row(server=kind, keys=keys, **means)
    if "larder" in cells:
        row = report.rows[0]
        for name in ("bytes/key", "bytes/key TTL"):
            report.goal(name, row[name], GOAL_BYTES)
        report.goal("KB/connection", row["KB/connection"], GOAL_CONNECTION_KB)
        report.goal("empty MB", row["empty MB"], GOAL_EMPTY_MB)
    report.bars("bytes per key (resident growth)", ["no TTL", "TTL"], kinds,
                {row["server"]: [row["bytes/key"], row["bytes/key TTL"]] for row in report.rows})
    report.finish()


def measure(options, report, fleet, kind, keys):
    plain = fill_fresh(options, report, fleet, kind, keys, {})
    expiring = fill_fresh(options, report, fleet, kind, keys, {"ttl": 1_000_000})
    return {"bytes/key": plain["resident"], "used/key": plain["used"], "bytes/key TTL": expiring["resident"],
            "used/key TTL": expiring["used"], "KB/connection": connection_cost(options, fleet, kind),
            "empty MB": plain["empty"] / 1e6}


def fill_fresh(options, report, fleet, kind, keys, words):
    with fleet.start(kind) as server:
        report.servers([server])
        empty = machine.resident_bytes(server.pid)
        load.fill(options, server, 1000, **words)  # code pages and buffers that any use touches are not the keys' cost
        resident, used = machine.resident_bytes(server.pid), used_memory(server)
        load.fill(options, server, keys, prefix="mem:", **words)
        return {"empty": empty, "resident": (machine.resident_bytes(server.pid) - resident) / keys,
                "used": None if used is None else (used_memory(server) - used) / keys}


def used_memory(server):
    return server.info("used_memory") if server.kind in ("larder", "redis", "redis-8.2", "valkey") else None


def connection_cost(options, fleet, kind):
    count = 200 if options.quick else 2000
    with fleet.start(kind) as server:
        load.fill(options, server, 1000, connections=50)
        before = machine.resident_bytes(server.pid)
        held = []
        try:
            for _ in range(count):
                held.append(Connection(server.port, server.dialect))
                held[-1].ping()
            return (machine.resident_bytes(server.pid) - before) / count / 1024
        finally:
            for connection in held:
                connection.close()
