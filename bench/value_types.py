"""How much CPU do the commands of the other data types cost the server?

Read it so: `us/cmd` is the server's CPU time for a fixed number of requests, divided by that number; `/best` is the ratio to
the cheaper of the two peers that stood beside it, the median over all rounds. One key holds all: what is measured is the work
on a value, not finding the key. `20` and `100k` are the fields or members of the value; elements are of 32 bytes, members of 16.

50 connections, the server on one core with one thread; commands that change a value are asked of a value that is there.
"""

from harness import load
from harness.report import Report, interleaved, median, spread

TITLE = "CPU of the server per command, other types than strings"
PEERS = ("redis-8.2", "valkey")
GOALS = {1: 0.9, 16: 0.7}  # larder / the better of the peers
# name, command, different ids, requests at pipeline 1 and 16
CASES = (
    ("HSET 20", "HSET,hash:small,{key},{value}", 20, 200_000, 800_000),
    ("HGET 20", "HGET,hash:small,{key}", 20, 200_000, 800_000),
    ("HGETALL 20", "HGETALL,hash:small", 1, 100_000, 200_000),
    ("HSET 100k", "HSET,hash:large,{key},{value}", 100_000, 200_000, 800_000),
    ("HGET 100k", "HGET,hash:large,{key}", 100_000, 200_000, 800_000),
    ("SADD 100k", "SADD,set:large,{key}", 100_000, 200_000, 800_000),
    ("SINTER 100", "SINTER,set:one,set:two", 1, 20_000, 20_000),
    ("ZADD 100k", "ZADD,zset:large,{id},{key}", 100_000, 100_000, 400_000),
    ("ZRANK 100k", "ZRANK,zset:large,{key}", 100_000, 100_000, 400_000),
    ("ZRANGE 10", "ZRANGE,zset:large,50000,50009", 1, 100_000, 400_000),
    ("BITCOUNT 1k", "BITCOUNT,bits", 1, 100_000, 400_000),
    ("PFADD", "PFADD,hll,{key}", 100_000, 100_000, 400_000),
    ("LPUSH", "LPUSH,list,{value}", 1, 200_000, 800_000),
    ("LRANGE 100", "LRANGE,list,0,99", 1, 50_000, 100_000),
    ("LPOP", "LPOP,list", 1, 200_000, 800_000),
)
FILLS = (
    ("HSET,hash:small,{key},{value}", 20),
    ("HSET,hash:large,{key},{value}", 100_000),
    ("SADD,set:large,{key}", 100_000),
    ("ZADD,zset:large,{id},{key}", 100_000),
    ("SETBIT,bits,8000,1", 1),
    ("SADD,set:one,{key}", 100),
    ("SADD,set:two,{key}", 200),
    ("RPUSH,list,{value}", 1000),
)


def fill(options, server):
    for command, keys in FILLS:
        load.run(options, server, load.stream(name="fill", command=command, order="sequential", keys=keys, count=keys,
                                              connections=1, pipeline=100))


def measure(options, server, case, pipeline):
    _, command, keys, alone, batched = case
    count = (alone if pipeline == 1 else batched) // (20 if options.quick else 1)
    result = load.run(options, server, load.stream(command=command, keys=keys, count=count, pipeline=pipeline,
                                                   connections=50))
    return result["server"]["cpu"] / result["streams"]["load"]["replies"] / 1000, result["steal_percent"]


def main(options, fleet):
    report = Report("types", TITLE, options)
    kinds = fleet.kinds(["larder", *PEERS])
    peers = [kind for kind in kinds if kind in PEERS]
    rounds = options.rounds or (1 if options.quick else 4)
    with fleet.all(kinds) as servers:
        report.servers(servers.values())
        for server in servers.values():
            fill(options, server)
        groups, medians = [], {kind: [] for kind in kinds}
        for pipeline in GOALS:
            for case in CASES:
                cost = {kind: [] for kind in kinds}
                for kind in interleaved(kinds, rounds):
                    microseconds, steal = measure(options, servers[kind], case, pipeline)
                    cost[kind].append(microseconds)
                    report.saw_steal(steal)
                groups.append(f"P={pipeline} {case[0]}")
                for kind in kinds:
                    medians[kind].append(median(cost[kind]))
                add_rows(report, pipeline, case[0], cost, peers)
    report.bars("us of CPU per command", groups, kinds, medians, log=True)
    report.finish()


def add_rows(report, pipeline, name, cost, peers):
    best = [min(costs) for costs in zip(*(cost[peer] for peer in peers))] if peers else []
    for kind, costs in cost.items():
        row = {"pipeline": pipeline, "command": name, "server": kind, "us/cmd": median(costs), "+-": spread(costs)}
        if best:
            row["/best"] = median([a / b for a, b in zip(costs, best)])
        report.row(**row)
    if best and "larder" in cost:
        report.goal(f"P={pipeline} {name} larder/best", median([a / b for a, b in zip(cost["larder"], best)]), GOALS[pipeline])
