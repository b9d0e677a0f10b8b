"""Collects a question's rows and shows them: a table on stdout, JSON lines and an SVG under bench/results/."""

import json
import math
import shutil
import statistics
import subprocess
import sys

from . import machine

RESULTS = machine.ROOT / "bench" / "results"


def median(values):
    return statistics.median(values)


def spread(values):
    """Half the distance between the quartiles: how far the runs lie apart."""
    if len(values) < 3:
        return (max(values) - min(values)) / 2
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    return (quartiles[2] - quartiles[0]) / 2


def interleaved(names, rounds):
    """A B C, C B A, A B C, ...: `rounds` of them, so that a drift of the machine falls on all alike."""
    for index in range(rounds):
        yield from names if index % 2 == 0 else reversed(names)


def _cell(value):
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


class Report:
    """The results of one question. Rows keep the order and the columns in which they were added."""

    def __init__(self, name, title, options, versions=None):
        self.name, self.title, self.options = name, title, options
        self.head = {"kind": "run", "bench": name, "quick": options.quick, **machine.description(),
                     "servers": versions or {}}
        self.rows, self.goals, self.steal = [], [], []
        print(f"\n== {name}: {title}")
        print(f"   {self.head['cpu']}, {self.head['cores']} cores, {self.head['kernel']}, commit {self.head['commit']}, "
              f"load {self.head['load_average']}" + (", QUICK: counts too small to quote" if options.quick else ""))

    def servers(self, fleet_members):
        """Notes version and flags of each server."""
        for server in fleet_members:
            self.head["servers"].setdefault(server.kind, {"version": server.version(), "flags": server.arguments})

    def row(self, **columns):
        self.rows.append(columns)
        if sys.stderr.isatty():  # the table comes at the end; this shows that something happens
            print("   ... " + "  ".join(f"{name} {_cell(value)}" for name, value in columns.items()), file=sys.stderr)

    def saw_steal(self, percent):
        self.steal.append(percent)

    def goal(self, text, value, limit, at_least=False):
        """A number that the project set itself. Nothing fails when it is missed: the report says so."""
        met = value >= limit if at_least else value <= limit
        self.goals.append({"kind": "goal", "text": text, "value": value, "limit": limit, "met": met,
                           "sense": ">=" if at_least else "<="})

    def finish(self):
        self._table()
        for goal in self.goals:
            print(f"   {'met   ' if goal['met'] else 'MISSED'} {goal['text']}: {_cell(goal['value'])} "
                  f"(goal {goal['sense']} {_cell(goal['limit'])})")
        if self.steal:
            self.head["steal_percent_max"] = round(max(self.steal), 2)
            print(f"   time stolen by the host: at most {max(self.steal):.1f} % in one run"
                  + (" - NOT TO BE TRUSTED above 2 %" if max(self.steal) > 2 else ""))
        path = self._path(".jsonl")
        with path.open("w") as file:
            for line in [self.head, *({"kind": "row", **row} for row in self.rows), *self.goals]:
                file.write(json.dumps(_finite(line), allow_nan=False) + "\n")
        print(f"   {path.relative_to(machine.ROOT)}")

    def _path(self, suffix):
        folder = RESULTS / "quick" if self.options.quick else RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        return folder / (self.name + suffix)

    def _table(self):
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        lines = [columns] + [[_cell(row.get(name, "")) for name in columns] for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
        for number, line in enumerate(lines):
            print("   " + "  ".join(text.rjust(width) for text, width in zip(line, widths)))
            if number == 0:
                print("   " + "  ".join("-" * width for width in widths))

    def bars(self, label, groups, series, values, log=False):
        """Grouped bars: values[series][i] belongs to groups[i]; None leaves a gap."""
        data = "\n".join(" ".join([f'"{group}"', *(_number(values[name][i]) for name in series)])
                         for i, group in enumerate(groups))
        plots = ", ".join(f"$data using {i + 2}:xtic(1) title '{name}'" for i, name in enumerate(series))
        crowded = sum(len(group) + 2 for group in groups) > 90
        self._plot(f"""set style data histograms
{'set xtics rotate by -20' if crowded else ''}
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set boxwidth 0.9
set ylabel '{label}'
{'set logscale y' if log else 'set yrange [0:*]'}
$data << end
{data}
end
plot {plots}""")

    def lines(self, x_label, y_label, curves, log=False):
        """Curves by name, each a list of (x, y)."""
        blocks, plots = [], []
        for i, (name, points) in enumerate(curves.items()):
            body = "\n".join(f"{x} {y}" for x, y in points)
            blocks.append(f"$curve{i} << end\n{body}\nend")
            plots.append(f"$curve{i} using 1:2 with lines lw 2 title '{name}'")
        self._plot(f"""set xlabel '{x_label}'
set ylabel '{y_label}'
{'set logscale y' if log else 'set yrange [0:*]'}
{chr(10).join(blocks)}
plot {', '.join(plots)}""")

    def _plot(self, body):
        if shutil.which("gnuplot") is None:
            print("   no plot: gnuplot is not installed (Debian, Ubuntu: gnuplot-nox)")
            return
        path = self._path(".svg")
        caption = f"{self.title}\\n{self.head['cpu']}, {self.head['cores']} cores, commit {self.head['commit']}"
        script = f"""set terminal svg size 960,480 font 'sans,12' noenhanced background rgb 'white'
set output '{path}'
set title "{caption}"
set grid ytics
set key outside right
{body}
"""
        done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            print(f"   no plot: {done.stderr.strip()}")
        else:
            print(f"   {path.relative_to(machine.ROOT)}")


def _finite(line):
    """JSON has no infinity (a key that was never reclaimed has an infinite lag): null stands for it."""
    return {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in line.items()}


def _number(value):
    return "?" if value is None else f"{value:.6g}"
