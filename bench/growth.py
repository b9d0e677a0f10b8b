"""How long is the longest pause while the table grows from nothing to ten million keys?

Read it so: four connections store new keys as fast as the server takes them; another connection asks for a key 5,000 times a
second, whatever the server does, and its latency counts from the moment each question was due. `growing longest ms` is the
worst answer while the table grows; `steady longest ms` the worst during as many SETs over keys that exist: what remains in
the difference is growth's. `generator ms` is how late the generator itself was at worst: a pause that stands in it was the
machine's. The plot shows the worst answer in each tenth of a second.
"""

from harness import load
from harness.report import Report, interleaved, median

TITLE = "pauses while the table grows"
PROBES = 5_000  # a second


def main(options, fleet):
    report = Report("growth", TITLE, options)
    kinds = fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "memcached", "pogocache"])
    keys = 300_000 if options.quick else 10_000_000
    runs, curves = {kind: [] for kind in kinds}, {}
    for kind in interleaved(kinds, options.rounds or (1 if options.quick else 3)):
        with fleet.start(kind) as server:
            report.servers([server])
            growing = store(options, server, keys)
            steady = store(options, server, keys)
        for result in (growing, steady):
            report.saw_steal(result["steal_percent"])
        runs[kind].append({**summary("growing", growing), **summary("steady", steady)})
        curves[kind] = [(tenth / 10, worst / 1e6) for tenth, worst in enumerate(growing["streams"]["probe"]["worst_by_slice"])]
    for kind in kinds:
        report.row(server=kind, keys=keys, **{name: median([run[name] for run in runs[kind]]) for name in runs[kind][0]})
    rows = {row["server"]: row for row in report.rows}
    if "larder" in rows:
        caused = median([run["growing longest ms"] - run["steady longest ms"] for run in runs["larder"]])
        report.goal("longest pause, growing - steady (ms)", caused, 2.0)
        if "redis" in rows:
            report.goal("longest pause, larder/redis", rows["larder"]["growing longest ms"] / rows["redis"]["growing longest ms"], 1.0)
    report.lines("seconds", "worst latency of a probe in 0.1 s, ms", curves, log=True)
    report.finish()


def store(options, server, keys):
    filling = load.stream(name="fill", set=100, order="sequential", keys=keys, count=keys, pipeline=16, connections=4)
    probe = load.stream(name="probe", rate=PROBES, keys=keys, connections=1)
    return load.run(options, server, filling, probe)


def summary(name, result):
    probe, fill = result["streams"]["probe"], result["streams"]["fill"]
    return {f"{name} kSET/s": fill["rate"] / 1000, f"{name} p99.9 ms": probe["latency"]["p99.9"] / 1e6,
            f"{name} longest ms": probe["latency"]["max"] / 1e6, f"{name} generator ms": probe["lateness"]["max"] / 1e6}
