"""Are expired keys reclaimed promptly, cheaply, and without pauses?

Read it so: 2,000,000 keys get deadlines spread evenly over ten seconds, on a server that also holds 1,000,000 keys without;
a fixed rate of GETs on the latter runs all the time. `lag` compares the number of keys whose deadline has passed with the
number that DBSIZE no longer counts: p99 is the delay within which 99 % were reclaimed. (Counts, not keys: a server that
reclaims in another order than that of the deadlines may hold single keys for longer.) `CPU x` is the server's CPU over the
storm divided by that for the same GETs without it. `longest ms` is the worst GET of an open-loop load, counted from the
moment it was due; `quiet longest ms` the same without a storm, and `generator ms` how late the generator itself was at
worst: a pause that stands in it was the machine's, not the server's.
"""

import time

from harness import load
from harness.report import Report, median

TITLE = "expiry of keys under load"
RATE = 60_000  # GETs a second


def main(options, fleet):
    report = Report("expiry", TITLE, options)
    curves = {}
    for kind in fleet.kinds(["larder", "redis", "redis-8.2", "valkey", "pogocache"]):
        runs = []
        with fleet.start(kind) as server:
            report.servers([server])
            load.fill(options, server, sizes(options)["keys"])
            for _ in range(options.rounds or (1 if options.quick else 3)):
                runs.append(storm_and_quiet(options, report, server))
        curves[kind] = runs[-1].pop("curve")
        for run in runs[:-1]:
            run.pop("curve")
        row = {name: median([run[name] for run in runs]) for name in runs[0]}
        report.row(server=kind, **row)
        if kind == "larder":
            report.goal("99 % reclaimed within (s)", row["lag p99 s"], 1.0)
            report.goal("CPU, storm / quiet", row["CPU x"], 1.10)
            # What the machine itself does stands in both.
            report.goal("longest GET, storm - quiet (ms)", median([run["longest ms"] - run["quiet longest ms"] for run in runs]), 2.0)
    report.lines("seconds after the first deadline", "keys overdue and not reclaimed", curves)
    report.finish()


def sizes(options):
    if options.quick:
        return {"keys": 100_000, "expiring": 200_000, "span": 2.0, "lead": 2.0}
    return {"keys": 1_000_000, "expiring": 2_000_000, "span": 10.0, "lead": 8.0}


def gets(options, server, seconds):
    keys = sizes(options)["keys"]
    probe = load.stream(name="get", rate=RATE, count=int(RATE * seconds), keys=keys, connections=50)
    watch = load.stream(name="watch", command="DBSIZE", rate=100, connections=1, series="integer")
    return load.run(options, server, probe, watch)


def storm_and_quiet(options, report, server):
    size = sizes(options)
    seconds = size["span"] + 2.0
    quiet = gets(options, server, seconds)
    held = server.command("DBSIZE")
    start = time.time() + size["lead"]
    load.fill(options, server, size["expiring"], prefix="exp:", deadline=int(start * 1000), deadline_span=int(size["span"] * 1000))
    time.sleep(max(0.0, start - time.time()))
    storm = gets(options, server, seconds)
    for result in (quiet, storm):
        report.saw_steal(result["steal_percent"])
    lags, curve = lag(storm["streams"]["watch"]["series"], held, size, start)
    return {"lag p50 s": lags[len(lags) // 2], "lag p99 s": lags[len(lags) * 99 // 100], "lag max s": lags[-1],
            "CPU x": storm["server"]["cpu"] / quiet["server"]["cpu"],
            "longest ms": storm["streams"]["get"]["latency"]["max"] / 1e6,
            "p99.9 ms": storm["streams"]["get"]["latency"]["p99.9"] / 1e6,
            "quiet longest ms": quiet["streams"]["get"]["latency"]["max"] / 1e6,
            "generator ms": storm["streams"]["get"]["lateness"]["max"] / 1e6, "curve": curve}


def lag(series, held, size, start):
    """Delays between the n-th deadline and the n-th reclaim for a thousand n, sorted; and the backlog over time."""
    to_unix = time.time() - time.monotonic()
    samples = [(when / 1e9 + to_unix - start, held + size["expiring"] - count) for when, count in series]
    lags, at = [], 0
    for step in range(1, 1001):
        while at < len(samples) - 1 and samples[at][1] < size["expiring"] * step / 1000:
            at += 1
        reached = samples[at][1] >= size["expiring"] * step / 1000
        lags.append(max(0.0, samples[at][0] - size["span"] * step / 1000) if reached else float("inf"))
    backlog = [(when, max(0.0, min(1.0, when / size["span"]) * size["expiring"] - gone)) for when, gone in samples]
    return sorted(lags), backlog
