"""Does a second I/O thread help, and can it hurt?

Read it so: `ratio` is requests a second with two I/O threads divided by requests a second with one, of runs that stood
beside each other; above 1 the second thread helps. `p99.9 ms` is the time of a batch in a closed loop: it shows starvation,
not what users would see. Scenes:
  all cores          server and load share all cores, as in a small deployment; the second thread must not lose
  hot key            the same with one key for everybody: the worst case for a lock per shard
  one core           both server threads on one core, the load on another: a thread may be descheduled while it holds a lock,
                     and the other must sleep instead of spinning (0.9 is no collapse)
  one core, hot key  both at once
redis-server and valkey-server run with their own --io-threads for comparison; memcached and pogocache likewise.
"""

from harness import load, machine
from harness.report import Report, interleaved, median

TITLE = "one I/O thread or two"
SCENES = [("all cores", 1_000_000, machine.ALL_CORES, machine.ALL_CORES, 1.0),
          ("hot key", 1, machine.ALL_CORES, machine.ALL_CORES, 1.0),
          ("one core", 1_000_000, machine.SERVER_CORES, machine.LOAD_CORES, 0.9),
          ("one core, hot key", 1, machine.SERVER_CORES, machine.LOAD_CORES, 0.9)]
COUNTS = {1: 300_000, 16: 2_000_000}


def main(options, fleet):
    report = Report("threads", TITLE, options)
    rounds = options.rounds or (2 if options.quick else 6)
    kinds = fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "memcached", "pogocache"])
    bars = {kind: [] for kind in kinds}
    for kind in kinds:
        for scene, keys, server_cores, load_cores, limit in SCENES:
            with fleet.start(kind, server_cores, threads=1) as one, fleet.start(kind, server_cores, threads=2) as two:
                report.servers([one])
                servers = {1: one, 2: two}
                for server in servers.values():
                    load.fill(options, server, min(keys, 100_000 if options.quick else keys))
                for pipeline in COUNTS:
                    bars[kind].append(compare(options, report, kind, scene, keys, load_cores, limit, pipeline, servers, rounds))
    groups = [f"{scene} P={pipeline}" for scene, *_ in SCENES for pipeline in COUNTS]
    report.bars("requests/s, two threads / one", groups, kinds, bars)
    report.finish()


def compare(options, report, kind, scene, keys, load_cores, limit, pipeline, servers, rounds):
    runs = {1: [], 2: []}
    for threads in interleaved([1, 2], rounds):
        runs[threads].append(measure(options, servers[threads], keys, load_cores, pipeline))
        report.saw_steal(runs[threads][-1]["steal"])
    ratio = median([two["rate"] / one["rate"] for one, two in zip(runs[1], runs[2])])
    for threads in (1, 2):
        report.row(server=kind, scene=scene, pipeline=pipeline, threads=threads,
                   **{name: median([run[name] for run in runs[threads]]) for name in ("kop/s", "us/cmd", "p99.9 ms", "max ms")},
                   **({"ratio": ratio} if threads == 2 else {}))
    if kind == "larder":
        report.goal(f"{scene}, P={pipeline}: two threads / one", ratio, limit, at_least=True)
    return ratio


def measure(options, server, keys, load_cores, pipeline):
    count = COUNTS[pipeline] // (20 if options.quick else 1)
    keys = min(keys, 100_000) if options.quick else keys
    threads = 2 if len(load_cores) > 1 else 1
    result = load.run(options, server, load.stream(pipeline=pipeline, count=count, keys=keys, set=20, connections=50),
                      threads=threads, cores=load_cores)
    traffic = result["streams"]["load"]
    return {"rate": traffic["rate"], "kop/s": traffic["rate"] / 1000, "us/cmd": result["server"]["cpu"] / count / 1000,
            "p99.9 ms": traffic["latency"]["p99.9"] / 1e6, "max ms": traffic["latency"]["max"] / 1e6,
            "steal": result["steal_percent"]}
