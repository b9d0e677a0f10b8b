"""What the two questions about eviction share: traces, and servers limited to about as many keys."""

from . import load, machine

KEYS = 100_000  # of the Zipf traces


def zipf(exponent):
    return {"trace": "zipf", "zipf": exponent, "keys": KEYS}


def from_file(options):
    """The trace that the user named, as a dict of at most one entry."""
    if options.trace_file is None:
        return {}
    return {options.trace_file.name: {"trace": "file", "file": options.trace_file, "column": options.trace_column,
                                      "requests": 50_000_000}}


def room_in(options, trace, otherwise):
    """Keys to make room for: a tenth of a trace file's distinct keys; `otherwise` for the traces made here."""
    if trace["trace"] != "file":
        return otherwise
    return max(1, load.replay(options, None, capacity=1, **trace)["distinct"] // 10)


def limit_for(options, fleet, kind, keys):
    """The maxmemory at which a server of `kind` holds about `keys` keys: what it says it uses with them."""
    with fleet.start(kind) as server:
        load.fill(options, server, keys)
        return server.info("used_memory")


def against_simulations(options, report, fleet, kind, policy, keys, trace):
    """Replays `trace` on a fresh server of `kind` with room for about `keys` keys; the simulations have as many as it held."""
    limit = limit_for(options, fleet, kind, keys)
    with fleet.start(kind, maxmemory=limit, **{"maxmemory-policy": policy}) as server:
        report.servers([server])
        steal = machine.StealMeter()
        result = load.replay(options, server, **trace)
        report.saw_steal(steal.percent())
    result["over_lru"] = result["server_misses"] / result["lru_misses"]
    result["sieve_over_lru"] = result["sieve_misses"] / result["lru_misses"]
    return result
