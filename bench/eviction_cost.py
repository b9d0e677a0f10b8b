"""What does a SET cost when a key must be evicted for it, and is maxmemory ever exceeded?

Read it so: `us/cmd` is the server's CPU per SET in three situations: `overwrite` stores over keys that exist, `insert` adds
keys that are new while there is room, `evict` adds keys that are new at the limit, so that another must go for each.
`evict/overwrite` compares eviction with the plain SET of cpu_per_command. `overshoot` is the most that used_memory was
seen above maxmemory, by asking INFO 500 times a second while values of three sizes (32 B, 1,000 B, 100 KB) are written at the
limit: the goal is 0.1 % of maxmemory + 1 MB.
"""

from harness import load
from harness.report import Report, interleaved, median, spread

TITLE = "eviction: its CPU, and the overshoot of maxmemory"
GOAL = 1.6
NEW_KEYS = 1_000_000_000  # uniform among so many: new nearly always


def main(options, fleet):
    report = Report("eviction_cost", TITLE, options)
    kinds = fleet.kinds(maxmemory=True)
    keys = 50_000 if options.quick else 500_000
    groups, bars = [], {f"{kind} {situation}": [] for kind in kinds for situation in ("overwrite", "insert", "evict")}
    for pipeline in (1, 16, 100):
        groups.append(f"P={pipeline}")
        for kind in kinds:
            costs = costs_of(options, report, fleet, kind, keys, pipeline)
            for situation, values in costs.items():
                bars[f"{kind} {situation}"].append(median(values))
            add_row(report, kind, pipeline, costs)
    for kind in kinds:
        add_overshoot(options, report, fleet, kind)
    report.bars("us of CPU per SET", groups, list(bars), bars, log=True)
    report.finish()


def add_row(report, kind, pipeline, costs):
    over = {name: median([a / b for a, b in zip(costs["evict"], costs[name])]) for name in ("overwrite", "insert")}
    report.row(server=kind, pipeline=pipeline, **{f"{name} us/cmd": median(values) for name, values in costs.items()},
               **{"+-": spread(costs["evict"]), "evict/overwrite": over["overwrite"], "evict/insert": over["insert"]})
    if kind == "larder":
        report.goal(f"P={pipeline} evict/overwrite", over["overwrite"], GOAL)


def costs_of(options, report, fleet, kind, keys, pipeline):
    rounds = options.rounds or (2 if options.quick else 6)
    count = {1: 200_000, 16: 500_000, 100: 500_000}[pipeline] // (10 if options.quick else 1)
    costs = {"overwrite": [], "insert": [], "evict": []}
    with fleet.start(kind) as plain, fleet.start(kind) as full:
        report.servers([plain])
        for server in (plain, full):
            load.fill(options, server, keys)
        full.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        full.command("CONFIG", "SET", "maxmemory", full.info("used_memory"))
        sets(options, full, keys, NEW_KEYS, pipeline, 7)  # from here on, it is in the steady state
        for number, situation in enumerate(interleaved(costs, rounds)):
            server, ids = {"overwrite": (plain, keys), "insert": (plain, NEW_KEYS), "evict": (full, NEW_KEYS)}[situation]
            result = sets(options, server, count, ids, pipeline, 100 + number)
            costs[situation].append(result["server"]["cpu"] / count / 1000)
            report.saw_steal(result["steal_percent"])
            if situation == "insert":  # back to `keys` keys, or the table would be larger each round
                server.command("FLUSHALL", "SYNC")
                load.fill(options, server, keys)
    return costs


def sets(options, server, count, ids, pipeline, seed):
    return load.run(options, server, load.stream(set=100, count=count, keys=ids, pipeline=pipeline, connections=50, seed=seed))


def add_overshoot(options, report, fleet, kind):
    limit = (16 if options.quick else 128) * 1024 * 1024
    count = 100_000 if options.quick else 2_000_000
    with fleet.start(kind, maxmemory=limit, **{"maxmemory-policy": "allkeys-lru"}) as server:
        traffic = [load.stream(name=f"v{size}", set=100, keys=NEW_KEYS, value_size=size, pipeline=8, connections=8, seed=size,
                               prefix=f"{index}:", **({"count": count} if index == 0 else {}))
                   for index, size in enumerate((32, 1_000, 100_000))]
        watch = load.stream(name="watch", command="INFO,memory", rate=500, connections=1, series="used_memory")
        result = load.run(options, server, *traffic, watch)
        most = max(value for _, value in result["streams"]["watch"]["series"])
        report.row(server=kind, pipeline="8 x 3 sizes", **{"maxmemory MB": limit / 1e6, "most used MB": most / 1e6,
                                                           "overshoot KB": max(0, most - limit) / 1024,
                                                           "evicted": server.info("evicted_keys")})
        if kind == "larder":
            report.goal("overshoot in bytes", max(0, most - limit), limit // 1000 + 1_000_000)
