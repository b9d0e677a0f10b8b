"""How close is allkeys-lru to a true LRU?

Read it so: a trace is replayed as a cache's user would (GET, on a miss SET); the server's misses are divided by those of an
exact LRU, simulated, that holds as many keys as the server was seen to hold (DBSIZE) and sees the requests in the same order.
1.000 is perfect, 1.050 means five percent more misses. Replays are fast on purpose: thousands of keys turn over within a
second, which a recency clock that ticks once a second cannot tell apart. The two servers do not hold exactly as many keys;
each is held against its own simulation. A little below 1 is possible: a server's number of keys varies, the simulation's
does not.

Keys of 16 bytes, values of 32 bytes, room for about a tenth of 100,000 keys; misses of the first quarter are not counted.
`--trace-file FILE [--trace-column N]` adds a trace of your own (a key a line, or libCacheSim's *.oracleGeneral) with room
for a tenth of its distinct keys.
"""

from harness import replays
from harness.report import Report, interleaved, median

TITLE = "allkeys-lru against an exact LRU"
ROOM = 10_000
GOAL = 1.005


def traces(options):
    return {"zipf 0.8": replays.zipf(0.8), "zipf 1.0": replays.zipf(1.0), "zipf 1.2": replays.zipf(1.2),
            "zipf 1.0 + scans": {**replays.zipf(1.0), "trace": "zipf-scan"},
            "drift": {**replays.zipf(1.0), "trace": "drift", "drift_by": 0.1}, **replays.from_file(options)}


def main(options, fleet):
    report = Report("lru_quality", TITLE, options)
    kinds = fleet.kinds(maxmemory=True)
    rounds = options.rounds or (1 if options.quick else 3)
    groups, bars = list(traces(options)), {kind: [] for kind in kinds}
    for name, trace in traces(options).items():
        room = replays.room_in(options, trace, ROOM)
        results = {kind: [] for kind in kinds}
        seed = {kind: 0 for kind in kinds}
        for kind in interleaved(kinds, rounds):
            seed[kind] += 1
            flags = {"requests": 400_000 if options.quick else 2_000_000, **trace, "seed": seed[kind]}
            results[kind].append(replays.against_simulations(options, report, fleet, kind, "allkeys-lru", room, flags))
        for kind in kinds:
            bars[kind].append(add_row(report, name, kind, results[kind]))
        add_goals(report, name, {kind: bars[kind][-1] for kind in kinds})
    report.bars("misses / exact LRU", groups, kinds, bars)
    report.finish()


def add_row(report, name, kind, runs):
    over = median([run["over_lru"] for run in runs])
    report.row(trace=name, server=kind, held=median([run["held"] for run in runs]),
               **{"LRU miss %": 100 * median([run["lru_miss_ratio"] for run in runs]), "misses/LRU": over,
                  "worst": max(run["over_lru"] for run in runs),
                  "kreq/s": median([run["requests"] / run["seconds"] / 1000 for run in runs])})
    return over


def add_goals(report, name, over):
    if "larder" not in over:
        return
    report.goal(f"{name}: misses / exact LRU", over["larder"], GOAL)
    if "redis" in over:
        report.goal(f"{name}: misses, larder/redis, each over its own LRU", over["larder"] / over["redis"], 1.0)
