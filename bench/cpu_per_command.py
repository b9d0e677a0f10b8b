"""How much CPU does one command cost the server?

Read it so: `us/cmd` is the server's CPU time (user and kernel, all threads, as the operating system accounts it) for a
fixed number of requests, divided by that number. It does not depend on how fast the load is, so it is the measure of what
one core can do. `/redis` and `/floor` are ratios of runs that stood beside each other, medians over all rounds; `+-` is half
the distance of the quartiles. The floor answers +OK without looking: nothing on this kernel and event loop is below it, and
at pipeline 1 nearly all of it is the kernel's. `kop/s` is what came through with the load on the neighbouring core.

50 connections, 1,000,000 keys of 16 bytes (uniform), values of 32 bytes, the server on one core with one thread.
memcached is asked in its own text protocol, whose requests are shorter.
"""

from harness import load
from harness.report import Report, interleaved, median, spread

TITLE = "CPU of the server per command"
COUNTS = {1: 400_000, 16: 2_000_000, 100: 5_000_000}
GOALS = {1: 0.85, 16: 0.48, 100: 0.25}  # larder / redis-server
FLOOR_GOAL = 1.08                        # larder / floor at pipeline 1


def measure(options, server, operation, pipeline):
    count = COUNTS[pipeline] // (20 if options.quick else 1)
    keys = 100_000 if options.quick else 1_000_000
    result = load.run(options, server, load.stream(pipeline=pipeline, count=count, keys=keys, connections=50,
                                                   set=100 if operation == "SET" else 0))
    traffic = result["streams"]["load"]
    return result["server"]["cpu"] / traffic["replies"] / 1000, traffic["rate"] / 1000, result["steal_percent"]


def ratio(ours, theirs):
    return median([a / b for a, b in zip(ours, theirs)])


def main(options, fleet):
    report = Report("cpu_per_command", TITLE, options)
    kinds = fleet.kinds()
    rounds = options.rounds or (2 if options.quick else 6)
    with fleet.all(kinds) as servers:
        report.servers(servers.values())
        for server in servers.values():
            load.fill(options, server, 100_000 if options.quick else 1_000_000)
        groups, medians = [], {kind: [] for kind in kinds}
        for pipeline in COUNTS:
            for operation in ("GET", "SET"):
                cost, rate = {kind: [] for kind in kinds}, {kind: [] for kind in kinds}
                for kind in interleaved(kinds, rounds):
                    microseconds, kilo, steal = measure(options, servers[kind], operation, pipeline)
                    cost[kind].append(microseconds)
                    rate[kind].append(kilo)
                    report.saw_steal(steal)
                groups.append(f"P={pipeline} {operation}")
                for kind in kinds:
                    medians[kind].append(median(cost[kind]))
                    add_row(report, pipeline, operation, kind, cost, rate)
                add_goals(report, pipeline, operation, cost)
    report.bars("us of CPU per command", groups, kinds, medians, log=True)
    report.finish()


def add_row(report, pipeline, operation, kind, cost, rate):
    row = {"pipeline": pipeline, "command": operation, "server": kind, "us/cmd": median(cost[kind]),
           "+-": spread(cost[kind]), "kop/s": median(rate[kind])}
    for reference in ("redis", "floor"):
        if reference in cost:
            row["/" + reference] = ratio(cost[kind], cost[reference])
    report.row(**row)


def add_goals(report, pipeline, operation, cost):
    if "larder" not in cost:
        return
    if "redis" in cost:
        report.goal(f"P={pipeline} {operation} larder/redis", ratio(cost["larder"], cost["redis"]), GOALS[pipeline])
    if pipeline == 1 and "floor" in cost:
        report.goal(f"P=1 {operation} larder/floor", ratio(cost["larder"], cost["floor"]), FLOOR_GOAL)
