"""What do ten thousand connections cost, of which a hundred are active?

Read it so: `KB/connection` is the growth of the server's resident memory while 10,000 connections are made, each answered
once, divided by their number (the kernel's socket buffers are not in it). `us/cmd x` is the CPU per GET of the hundred active
ones with the others present, divided by that without them; `p99.9 ms` is their latency at a fixed rate, from the moment a
request was due. The script raises the limit of open files to the hard limit; where that is too low it uses fewer
connections and says so.
"""

import resource

from harness import load
from harness.report import Report, median

TITLE = "ten thousand connections, a hundred active"
GOAL_KB = 2.5
ACTIVE = 100
RATE = 20_000


def idle_count(options):
    """So many that all, the active ones and the bench's own, are at most 10,000: redis-server's default maxclients."""
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200
    wanted = (1_000 if options.quick else 10_000) - ACTIVE - 1
    if room < wanted:
        print(f"   only {room} connections: the limit of open files (ulimit -Hn) is too low for {wanted}")
    return min(room, wanted)


def main(options, fleet):
    report = Report("connections", TITLE, options)
    kinds = fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "memcached", "pogocache", "floor"])
    idle = idle_count(options)
    bars = {"KB": []}
    for kind in kinds:
        runs = []
        for _ in range(options.rounds or (1 if options.quick else 3)):
            with fleet.start(kind) as server:
                report.servers([server])
                if kind != "floor":
                    load.fill(options, server, 100_000)
                runs.append(measure(options, report, server, idle))
        row = {name: median([run[name] for run in runs]) for name in runs[0]}
        report.row(server=kind, connections=idle + ACTIVE, **row)
        bars["KB"].append(row["KB/connection"])
        if kind == "larder":
            report.goal("KB/connection", row["KB/connection"], GOAL_KB)
    report.bars("KB of resident memory per connection", kinds, ["KB"], bars)
    report.finish()


def measure(options, report, server, idle):
    seconds = 1 if options.quick else 5
    active = load.stream(name="active", rate=RATE, count=RATE * seconds, keys=100_000, connections=ACTIVE)
    others = load.stream(name="idle", idle=1, connections=idle)
    alone = load.run(options, server, active)
    crowd = load.run(options, server, active, others)
    for result in (alone, crowd):
        report.saw_steal(result["steal_percent"])
    latency = crowd["streams"]["active"]["latency"]
    return {"KB/connection": (crowd["server"]["resident_connected"] - crowd["server"]["resident_before"]) / (idle + ACTIVE) / 1024,
            "us/cmd": crowd["server"]["cpu"] / (RATE * seconds) / 1000, "us/cmd x": crowd["server"]["cpu"] / alone["server"]["cpu"],
            "p50 ms": latency["p50"] / 1e6, "p99.9 ms": latency["p99.9"] / 1e6, "max ms": latency["max"] / 1e6,
            "generator ms": crowd["streams"]["active"]["lateness"]["max"] / 1e6}
