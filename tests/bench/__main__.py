"""Every bench in one run on one machine: ``python -m tests.bench [--out DIR] [--long]``.

Prints us beside the peers and saves ``bench.json`` with all that the benches told, and
``bench.svg``, seconds on a logarithmic scale. Public instances are taken from the folder that
``PEER_INSTANCES`` names; benches that need it are left out where it is unset, and told so.
``--long`` adds the cases that take more than some minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Bars = list[tuple[str, str, float]]  # case, engine, seconds


def runs(peers: Path | None, long: bool) -> dict[str, list[str]]:
    """Name of each bench to its module and arguments."""
    found = {
        "bep": ["bep", "--table", "--seeds", "10" if long else "3"],
        "flow growth": ["flow", "--growth"],
        "flow beside OR-Tools": ["flow", "--shapes"],
        "lift": ["lift", "--districts", "8", "--hours", "96", "--fleets", "2", "--seed", "0",
                 "--only", "ours,highs,scip"],
        "hostile inputs": ["hostile"],
    }  # fmt: skip
    chains = [(6, 72, 0), (6, 72, 1), (6, 72, 2), (8, 96, 0), *([(20, 168, 0)] if long else [])]
    for districts, hours, seed in chains:
        found[f"lift by hubs {districts} x {hours}, seed {seed}"] = [
            "lift", "--districts", str(districts), "--hours", str(hours), "--seed", str(seed),
            "--chain", "--only", "ours,highs", "--time-limit", "300" if long else "60",
        ]  # fmt: skip
    for crisis in ("deir_al_zor_2012", "russian_citizens_2012"):
        changes = "20" if long else "6"
        found[f"what-ifs {crisis}"] = [
            "whatifs", f"scenarios/{crisis}.yaml", "--changes", changes,
        ]  # fmt: skip
    if long:
        found["lift 20 x 168"] = [
            "lift", "--districts", "20", "--hours", "168", "--seed", "0",
            "--only", "ours,highs,scip,cpsat", "--time-limit", "300",
        ]  # fmt: skip
        found["lift growth"] = ["lift", "--growth", "--only", "ours", "--time-limit", "120"]
    if peers is None:
        return found
    found["icep"] = ["icep", str(peers / "icep")]
    net = peers / "tntp" / "SiouxFalls" / "SiouxFalls_net.tntp"
    found["sioux falls"] = [
        "flow", "--tntp", str(net), "--sources", "10:15000,15:10000,16:10000,17:5000",
        "--havens", "1,2,13", "--peer",
    ]  # fmt: skip
    for path in sorted((peers / "dynflow").glob("*.dat")):
        found[path.stem] = ["flow", str(path)]
    return found


def measure(arguments: list[str]) -> dict[str, Any]:
    """One bench in a process of its own: what it told, its exit status and seconds."""
    begun = time.monotonic()
    module, *rest = arguments
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *rest, "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = answer(done.stdout)
    failed = done.returncode or int(told is None)
    return {
        "arguments": arguments, "status": failed, "told": told,
        "seconds": round(time.monotonic() - begun, 1),
        "said": (done.stdout + done.stderr).strip().splitlines()[-3:] if failed else [],
    }  # fmt: skip


def answer(printed: str) -> Any:
    """What a bench told: the JSON at the end, whatever a solver wrote before it; None without."""
    lines = printed.splitlines()
    for number, line in enumerate(lines):
        if line[:1] in ("{", "["):
            try:
                return json.loads("\n".join(lines[number:]))
            except json.JSONDecodeError:
                continue
    return None


def bars(name: str, told: Any, engine: str = "ours") -> Bars:
    """Seconds by engine wherever a bench tells any, looked for by their names."""
    if isinstance(told, list):
        return [bar for item in told for bar in bars(name, item, engine)]
    if not isinstance(told, dict):
        return []
    keys = ("instance", "scenario", "size")
    case = " ".join([name, *(str(told[key]) for key in keys if key in told)])
    found: Bars = []
    if isinstance(told.get("seconds"), (int, float)):
        found.append((case, str(told.get("engine", engine)), float(told["seconds"])))
    for key in ("rows", "table", "cases", "peer", "growth"):
        inner = told.get(key)
        found += bars(case, inner, "OR-Tools" if key == "peer" else engine)
    if "median_s" in told:
        found.append((f"{name}: median", "ours", float(told["median_s"])))
    return found


def ratios(told: Any, case: str = "") -> list[tuple[str, str, float]]:
    """(case, kind, how many times faster we are) wherever a bench tells one."""
    if isinstance(told, list):
        return [one for item in told for one in ratios(item, case)]
    if not isinstance(told, dict):
        return []
    named = (told[key] for key in ("case", "instance", "name", "network") if key in told)
    case = str(next(named, case))
    own = [
        (case, key, float(told[key]))
        for key in ("ratio", "cpu_ratio", "wall_ratio")
        if isinstance(told.get(key), (int, float))
    ]
    return own + [one for inner in told.values() for one in ratios(inner, case)]


def draw(found: Bars, path: Path) -> None:
    """Horizontal bars of seconds, logarithmic; engines told apart by hatch as well as by colour."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    looks = {"ours": ("#0072B2", ""), "highs": ("#E69F00", "//"), "scip": ("#009E73", "xx"),
             "cpsat": ("#CC79A7", ".."), "OR-Tools": ("#E69F00", "//")}  # fmt: skip
    figure, axes = pyplot.subplots(figsize=(9, 0.24 * len(found) + 1.2))
    for row, (_, engine, seconds) in enumerate(found):
        colour, hatch = looks.get(engine, ("#999999", "\\\\"))
        axes.barh(row, max(seconds, 1e-3), color=colour, hatch=hatch, edgecolor="white")
    axes.set_yticks(range(len(found)), [f"{case} ({engine})" for case, engine, _ in found],
                    fontsize=7)  # fmt: skip
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(left=1e-3)
    axes.set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def main(argv: list[str] | None = None) -> int:
    """Runs every bench; exit status 1 where one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out") / "bench")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", help="names that begin so")
    given = parser.parse_args(argv)
    named = os.environ.get("PEER_INSTANCES")
    peers = Path(named) if named else None
    if peers is None:
        print("PEER_INSTANCES is unset: public instances are left out", file=sys.stderr)
    all_told: dict[str, Any] = {}
    found: Bars = []
    for name, arguments in runs(peers, given.long).items():
        if given.only and not name.startswith(given.only):
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        all_told[name] = done = measure(arguments)
        own = bars(name, done["told"])
        found += own
        print(f"{name}: {done['seconds']:.0f} s in all, exit status {done['status']}")
        for case, engine, seconds in own:
            print(f"  {seconds:9.2f} s  {engine:9} {case}")
        for case, kind, times in ratios(done["told"]):
            print(f"  {times:9.1f} x  {kind:9} {case}")
        for line in done["said"]:
            print(f"  {line}")
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(all_told, ensure_ascii=False, indent=1)
    (given.out / "bench.json").write_text(text + "\n", encoding="utf-8")
    if found:
        draw(found, given.out / "bench.svg")
    print(f"written: {given.out / 'bench.json'}")
    return int(any(done["status"] for done in all_told.values()))


if __name__ == "__main__":
    sys.exit(main())
