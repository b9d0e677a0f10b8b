"""Does small traffic suffer beside large values?

Read it so: 20,000 GETs a second of 1 KB values, at fixed moments, alone and beside GETs of a 10 MB value: ten a second, and
as many as one connection can fetch. `p99.9 x` is the 99.9th percentile divided by that of the run alone; latency counts from
the moment a request was due. `MB/s` is what the large GETs moved. The generator throws their bytes away in the kernel, so
that it does not itself delay the small ones; `generator ms` shows how late it was at worst.
"""

from harness import load
from harness.report import Report, median

TITLE = "1 KB traffic beside 10 MB values"
GOAL = 3.0
RATE = 20_000
LARGE = 10 * 1024 * 1024
REPLY = len(f"${LARGE}\r\n") + LARGE + 2
SCENES = {"alone": None, "10 a second": {"rate": 10, "connections": 4}, "one connection, always": {"connections": 1}}


def main(options, fleet):
    report = Report("large_values", TITLE, options)
    kinds = fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "pogocache"])
    bars = {scene: [] for scene in SCENES}
    for kind in kinds:
        with fleet.start(kind) as server:
            report.servers([server])
            load.fill(options, server, 10_000, value_size=1024)
            server.command("SET", "large", b"x" * LARGE)
            runs = {scene: [] for scene in SCENES}
            for _ in range(options.rounds or (1 if options.quick else 5)):
                for scene, noise in SCENES.items():
                    runs[scene].append(measure(options, server, noise))
                    report.saw_steal(runs[scene][-1].pop("steal"))
        for scene in SCENES:
            ratio = median([run["p99.9 ms"] / alone["p99.9 ms"] for run, alone in zip(runs[scene], runs["alone"])])
            row = {name: median([run[name] for run in runs[scene]]) for name in runs[scene][0]}
            report.row(server=kind, beside=scene, **row, **{"p99.9 x": ratio})
            bars[scene].append(row["p99.9 ms"])
            if kind == "larder" and scene == "10 a second":
                report.goal("p99.9 beside ten 10 MB GETs a second / alone", ratio, GOAL)
    report.bars("p99.9 of 1 KB GETs, ms", kinds, list(SCENES), bars, log=True)
    report.finish()


def measure(options, server, noise):
    seconds = 2 if options.quick else 8
    streams = [load.stream(name="small", rate=RATE, count=RATE * seconds, keys=10_000, value_size=1024, connections=20)]
    if noise is not None:
        streams.append(load.stream(name="large", command="GET,large", discard=REPLY, **noise))
    result = load.run(options, server, *streams)
    small, large = result["streams"]["small"], result["streams"].get("large")
    return {"p50 ms": small["latency"]["p50"] / 1e6, "p99 ms": small["latency"]["p99"] / 1e6,
            "p99.9 ms": small["latency"]["p99.9"] / 1e6, "max ms": small["latency"]["max"] / 1e6,
            "generator ms": small["lateness"]["max"] / 1e6,
            "MB/s": large["replies"] * REPLY / 1e6 / large["seconds"] if large and large["seconds"] else 0.0,
            "steal": result["steal_percent"]}
