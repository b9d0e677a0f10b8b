"""How long from starting the process until it answers, and how large is it then?

Read it so: `ms to PONG` runs from before fork and exec until the reply to the first PING, with a look every 0.1 ms (so the
same cost of starting any process is in all of them); the median and the best of many starts. `MB` is the resident memory then.
"""

from harness import machine
from harness.report import Report, interleaved, median

TITLE = "from start to the first PONG"
GOAL_MB = 6


def main(options, fleet):
    report = Report("startup", TITLE, options)
    kinds = fleet.kinds()
    times, sizes = {kind: [] for kind in kinds}, {kind: [] for kind in kinds}
    for kind in interleaved(kinds, options.rounds or (5 if options.quick else 30)):
        with fleet.start(kind) as server:
            report.servers([server])
            times[kind].append(server.seconds_to_pong * 1000)
            sizes[kind].append(machine.resident_bytes(server.pid) / 1e6)
    for kind in kinds:
        report.row(server=kind, starts=len(times[kind]),
                   **{"ms to PONG": median(times[kind]), "best ms": min(times[kind]), "MB": median(sizes[kind])})
    rows = {row["server"]: row for row in report.rows}
    if "larder" in rows:
        report.goal("MB when empty", rows["larder"]["MB"], GOAL_MB)
        if "redis" in rows:
            report.goal("ms to PONG, larder/redis", rows["larder"]["ms to PONG"] / rows["redis"]["ms to PONG"], 1.0)
    report.bars("ms from start to the first PONG", kinds, ["median", "best"],
                {"median": [median(times[kind]) for kind in kinds], "best": [min(times[kind]) for kind in kinds]})
    report.finish()
