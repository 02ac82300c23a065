#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables and plots of what compare.py and growth.py measured.

    bench/page.py --compare compare.json --growth growth.json --page docs/benchmarks.md

Rewrites the page from its line "<!-- figures -->" on, and the pictures beside it (SVG and PNG, by matplotlib; without
it the pictures stay as they are, and the output says so).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from harness import MEMORY, OPERATIONS, OURS, PEERS, of_threads, quartiles, ratios, say

MARK = "<!-- figures -->"
BUSY = 0.5  # load of the machine from which on the page says that other jobs ran
LEAPS_SHOWN = 12


def median(values: list[float]) -> float:
    return quartiles(values)[1]


def elements(row: dict) -> int:
    count = 1
    for word in row["problem"].split()[3:]:
        count *= int(word)
    return count


def title(row: dict) -> str:
    kind, name, place, *extents = row["problem"].split()
    words = {"forward": "", "forward_derivative": " and derivative", "forward_backward": " and backward",
             "loss": " mean and gradient", "label_loss": " mean and gradient"}
    where = ", in place" if place == "in_place" else ""
    return f"{name}{words[kind]}, {'×'.join(extents)}{where}"


def spread(values: tuple[float, float, float], digits: int = 2) -> str:
    low, middle, high = (f"{v:.{digits}f}" for v in values)
    return f"{middle} ({low}–{high})"


def bound(row: dict) -> str | None:
    """Which of the bounds takes longer; in the caches there is only that of operations."""
    known = [OPERATIONS.name] if row["group"] == "cores" else [MEMORY.name, OPERATIONS.name]
    return max((name for name in known if name in row["seconds"]), key=lambda name: median(row["seconds"][name]),
               default=None)


def share(row: dict) -> str:
    """What the bound takes of our time."""
    name = bound(row)
    if name is None:
        return "–"
    low, middle, high = (100 * v for v in ratios(row["seconds"][name], row["seconds"][OURS.name]))
    return f"{middle:.0f} % ({low:.0f}–{high:.0f})"


def operations(row: dict) -> str:
    """Of an element, and how many of them multiply."""
    if row["operations"] is None:
        return "–"
    multiplications, others = row["operations"]
    return f"{multiplications + others:.0f} ({multiplications:.0f})"


def against(row: dict, peer: str) -> str:
    """A peer's time over ours."""
    return spread(ratios(row["seconds"][peer], row["seconds"][OURS.name])) if peer in row["seconds"] else "–"


def table(head: list[str], lines: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *("| " + " | ".join(c) + " |" for c in lines), ""]


def group(result: dict, name: str) -> list[dict]:
    return [row for row in result["rows"] if row["group"] == name]


def peers_of(rows: list[dict]) -> list[str]:
    return [peer.name for peer in PEERS if any(peer.name in row["seconds"] for row in rows)]


def memory_table(rows: list[dict]) -> list[str]:
    peers = peers_of(rows)
    lines = [[title(row), str(row["threads"]), f"{1e3 * median(row['seconds'][OURS.name]):.3g}", operations(row),
              bound(row) or "–", share(row), *(against(row, peer) for peer in peers)] for row in rows]
    return table(["problem", "threads", "ours, ms", "operations (multiplications)", "bound", "share of the bound",
                  *(f"{p} ÷ ours" for p in peers)], lines)


def cycles(row: dict, worker: str) -> str:
    """Cycles an element: the loop beside such a row takes one cycle for each."""
    return spread(ratios(row["seconds"][worker], row["seconds"][MEMORY.name])) if worker in row["seconds"] else "–"


def core_table(rows: list[dict]) -> list[str]:
    peers = peers_of(rows)
    lines = [[title(row), operations(row), cycles(row, OPERATIONS.name), cycles(row, OURS.name), share(row),
              *(cycles(row, peer) for peer in peers)] for row in rows]
    return table(["function", "operations (multiplications)", "bound", "ours", "share of the bound", *peers], lines)


def bandwidth_table(found: list[dict]) -> list[str]:
    words = {"read": "read", "in_place": "in place: read and written", "copy": "copy, ordinary stores",
             "copy_past": "copy, stores past the caches"}
    lines = []
    for name, text in words.items():
        cells = [f"{m['bytes'] / median(m['seconds']) / 1e9:.1f}" if "seconds" in m else "–"
                 for m in found if m["name"] == name]
        lines.append([text, *cells])
    for name, text in (("multiplications", "multiply-adds of float32, 10⁹ a second"),
                       ("operations", "multiply-adds and additions side by side, 10⁹ a second"),
                       ("cycle", "clock of all threads, GHz")):
        lines.append([text, *(f"{m['count'] / median(m['seconds']) / 1e9:.2f}"
                              for m in found if m["name"] == name and "seconds" in m)])
    threads = sorted({m["threads"] for m in found})
    return table(["GB/s", *(of_threads(t) for t in threads)], lines)


def absences(result: dict) -> list[str]:
    absent = [f"{name} ({reason})" for name, reason in result["absent"].items()]
    wrong = {f"{name} in {title(row)}: {reason}" for row in result["rows"] for name, reason in row["absent"].items()
             if name in row["apart"]}
    return [f"Absent: {', '.join(absent) or 'nobody'}." + "".join(f" Left out: {text}." for text in sorted(wrong)), ""]


def head(result: dict) -> list[str]:
    facts = result["machine"]
    libraries = "; ".join(f"{name}: {about}" for name, about in result["about"].items())
    load = float(facts.get("load before", 0))
    quiet = "Nothing else ran." if load < BUSY else (
        f"**Other jobs ran on the machine** (load {load:.1f} before the first row): times and shares are worse than "
        "those of a quiet machine, ratios less so.")
    return [f"Taken on {facts['date']}: {facts['cpu']}, {facts['processors']} processors, {facts['system']}. "
            f"{libraries}. {quiet}", ""]


def figures(result: dict) -> list[str]:
    shown, cores, rest = (group(result, name) for name in ("headline", "cores", "pointwise"))
    furthest = max((apart for row in result["rows"] for name, apart in row["apart"].items() if name in row["seconds"]),
                   default=0)
    return [*head(result), *absences(result),
            "## The machine", "", *bandwidth_table(result["bandwidth"]),
            "## Losses and activations in memory", "", "![ratios](benchmarks/ratios.svg)", "", *memory_table(shown),
            "## Functions in the caches", "", "Cycles an element, one thread; 3072 elements lie in the first-level "
            "cache, 65536 in the second.", "", *core_table(cores),
            "## Every pointwise activation and loss", "", *memory_table(rest),
            f"The largest difference between a peer's results and ours, as a part of the largest: {furthest:.1g}.", ""]


def growth(result: dict) -> list[str]:
    lines = []
    leaps = [(leap["factor"], sweep, leap) for sweep in result["sweeps"] for leap in sweep["leaps"]]
    for _, sweep, leap in sorted(leaps, key=lambda row: -row[0])[:LEAPS_SHOWN]:
        lines.append([sweep["name"], str(sweep["threads"]), f"{leap['from']} → {leap['to']} {sweep['of']}",
                      str(leap["dear"]), f"{leap['factor']:.2f}"])
    return ["## How cost grows", "", "![growth](benchmarks/growth.svg)", "",
            f"Leaps between neighbouring sizes: {len(leaps)} of more than 1.25 beyond the work"
            + (", the worst:" if leaps else "."), "",
            *(table(["kernel", "threads", "sizes", "the dear one", "factor"], lines) if lines else [])]


def draw_ratios(plt, result: dict, to: Path) -> None:
    rows = group(result, "headline")
    drawn = [row["seconds"] | ({"bound": row["seconds"][name]} if (name := bound(row)) else {}) for row in rows]
    peers = ["bound", *peers_of(rows)]
    figure, axes = plt.subplots(figsize=(9, 1 + 0.75 * len(rows)))
    height = 0.8 / len(peers)
    for k, peer in enumerate(peers):
        at = [i + height * (k - (len(peers) - 1) / 2) for i, seconds in enumerate(drawn) if peer in seconds]
        found = [ratios(seconds[peer], seconds[OURS.name]) for seconds in drawn if peer in seconds]
        whiskers = [[middle - low for low, middle, _ in found], [high - middle for _, middle, high in found]]
        axes.barh(at, [middle - 1 for _, middle, _ in found], height, 1, label=peer, xerr=whiskers,
                  color="0.75" if peer == "bound" else f"C{k - 1}", error_kw={"lw": 0.7})
    axes.axvline(1, color="black", lw=0.8)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{title(row)}\n{of_threads(row['threads'])}" for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("time ÷ ours: faster than ours to the left, slower to the right")
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    save(plt, figure, to)


def draw_growth(plt, result: dict, to: Path) -> None:
    names = list(dict.fromkeys(sweep["name"] for sweep in result["sweeps"]))
    figure, grid = plt.subplots((len(names) + 1) // 2, 2, figsize=(10, 1.5 + 1.5 * len(names)), squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        for sweep in (s for s in result["sweeps"] if s["name"] == name):
            points = sweep["points"]
            axes.plot([p["size"] for p in points], [1e9 * p["seconds"] / p["elements"] for p in points], lw=0.8,
                      label=of_threads(sweep["threads"]))
        axes.set(title=name, xscale="log", yscale="log", xlabel=sweep["of"], ylabel="ns an element")
        axes.title.set_fontsize(8)
        axes.legend(fontsize=7)
    for axes in grid.flat[len(names):]:
        axes.remove()
    save(plt, figure, to)


def save(plt, figure, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(to.with_suffix(".svg"), metadata={"Date": None}, bbox_inches="tight")
    figure.savefig(to.with_suffix(".png"), dpi=110, bbox_inches="tight")
    plt.close(figure)


def draw(compared: dict, grown: dict, folder: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        say("no pictures: matplotlib is absent")
        return
    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.hashsalt": "gradus", "svg.fonttype": "none"}  # equal figures, equal files
    import matplotlib.pyplot as plt
    draw_ratios(plt, compared, folder / "ratios")
    draw_growth(plt, grown, folder / "growth")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", type=Path, required=True)
    parser.add_argument("--growth", type=Path, required=True)
    parser.add_argument("--page", type=Path, required=True)
    options = parser.parse_args()
    compared, grown = (json.loads(path.read_text()) for path in (options.compare, options.growth))
    text = options.page.read_text() if options.page.exists() else MARK
    written = text.split(MARK)[0] + "\n".join([MARK, "", *figures(compared), *growth(grown)])
    options.page.write_text(written.rstrip("\n") + "\n")
    draw(compared, grown, options.page.parent / options.page.stem)
    say(f"written: {options.page}")


if __name__ == "__main__":
    main()
