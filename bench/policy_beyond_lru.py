"""Does the policy beyond LRU miss less than an exact LRU, and does it survive a change of the working set?

Read it so: `misses/LRU` is the policy's misses divided by those of an exact LRU with as many keys as the server held;
0.92 means 8 % fewer misses. `SIEVE/LRU` is what a true SIEVE of that size would have had: good on Zipf, bad where the hot
keys move. `drift` is Zipf whose ranks move on by a tenth of the keys every 400,000 requests; `hot range` sends 90 % of the
requests evenly to a range that moves on by its whole length every 400,000 requests, with room for twice the range: what was
visited once must be let go quickly. For comparison each server's allkeys-lru stands beside it.

`--policy NAME` chooses the policy (default allkeys-lhd); `--trace-file` as in lru_quality.
"""

from harness import replays
from harness.report import Report, interleaved, median

TITLE = "the policy beyond LRU against an exact LRU"
ZIPF_GOAL = 0.92
DRIFT_GOAL = 1.03


def scenes(options):
    """name: (trace, room in keys, goal or None)"""
    hot = {"trace": "hot-range", "keys": replays.KEYS}
    made = {}
    for exponent in (0.8, 1.0):
        for room in (1_000, 10_000):
            share = f"{100 * room // replays.KEYS} %"
            made[f"zipf {exponent}, {share}"] = (replays.zipf(exponent), room, ZIPF_GOAL)
            made[f"drift {exponent}, {share}"] = ({**replays.zipf(exponent), "trace": "drift", "drift_by": 0.1}, room, DRIFT_GOAL)
    made["hot range, 10 %"] = ({**hot, "hot_keys": 0.05}, 10_000, DRIFT_GOAL)
    made["hot range, 20 %"] = ({**hot, "hot_keys": 0.1}, 20_000, DRIFT_GOAL)
    made.update({name: (trace, replays.room_in(options, trace, 10_000), None) for name, trace in replays.from_file(options).items()})
    return made


def main(options, fleet):
    report = Report("policy_beyond_lru", f"{TITLE}: {options.policy}", options)
    runners = [(kind, policy) for kind in fleet.kinds(maxmemory=True)
               for policy in ([options.policy, "allkeys-lru"] if kind == "larder" else ["allkeys-lru"])]
    names = {runner: f"{runner[0]} {runner[1]}" for runner in runners}
    rounds = options.rounds or (1 if options.quick else 2)
    bars = {name: [] for name in ["simulated SIEVE", *names.values()]}
    for scene, (trace, room, goal) in scenes(options).items():
        results, seed = {runner: [] for runner in runners}, dict.fromkeys(runners, 0)
        for runner in interleaved(runners, rounds):
            seed[runner] += 1
            flags = {"requests": 800_000 if options.quick else 2_400_000, **trace, "seed": seed[runner]}
            results[runner].append(replays.against_simulations(options, report, fleet, *runner, room, flags))
        sieve = median([run["sieve_over_lru"] for runs in results.values() for run in runs])
        bars["simulated SIEVE"].append(sieve)
        for runner in runners:
            over = median([run["over_lru"] for run in results[runner]])
            bars[names[runner]].append(over)
            report.row(scene=scene, server=runner[0], policy=runner[1], held=median([run["held"] for run in results[runner]]),
                       **{"LRU miss %": 100 * median([run["lru_miss_ratio"] for run in results[runner]]),
                          "misses/LRU": over, "SIEVE/LRU": sieve})
            if runner == ("larder", options.policy) and goal is not None:
                report.goal(f"{scene}: misses / exact LRU", over, goal)
    report.bars("misses / exact LRU", list(scenes(options)), list(bars), bars)
    report.finish()
