"""What differs between two plans, as rows: by group, and what each took to bring about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.ui.words import _
from planner.units import HOUR_S

if TYPE_CHECKING:
    import pandas as pd

    from planner.verify import Verdict


def by_group(a: Verdict, b: Verdict) -> pd.DataFrame:
    """One row a group: people, out in each plan, left behind in each, and the differences.

    Those that differ most stand first. A group that one plan does not know has no figure there.
    """
    import pandas as pd

    labels = {g.id: g.label for verdict in (b, a) for g in verdict.scenario.groups}
    first, second = a.figures.groups, b.figures.groups
    rows = []
    for name in [*first, *(name for name in second if name not in first)]:
        one, two = first.get(name), second.get(name)
        known = one or two
        rows.append(
            {
                "group": labels.get(name, name),
                "people": known.people if known else None,
                "out_a": one.evacuated if one else None,
                "out_b": two.evacuated if two else None,
                "out_change": two.evacuated - one.evacuated if one and two else None,
                "left_a": one.left_willing if one else None,
                "left_b": two.left_willing if two else None,
                "left_change": two.left_willing - one.left_willing if one and two else None,
            }
        )
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else None)
    counts = [name for name in frame.columns if name != "group"]
    frame = frame.astype(dict.fromkeys(counts, "Int64"))
    order = frame["out_change"].abs().fillna(-1).sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def effort(a: Verdict, b: Verdict) -> list[dict[str, Any]]:
    """What a plan takes: vehicles, sorties, hours and distance under way, the points of effort."""
    one, two = _taken(a), _taken(b)
    words = {
        "vehicles": _("vehicles used"),
        "sorties": _("sorties"),
        "hours": _("vehicle-hours"),
        "km": _("vehicle-kilometres"),
        "effort": _("points of effort"),
        "clearance": _("hours until the last one is safe"),
        "harm": _("expected casualties"),
    }
    return [
        {"what": word, "a": one[key], "b": two[key], "change": two[key] - one[key]}
        for key, word in words.items()
    ]


def _taken(verdict: Verdict) -> dict[str, float]:
    network, plan, figures = verdict.network, verdict.plan, verdict.figures
    legs = [leg for sortie in plan.sorties for leg in sortie.legs]
    return {
        "vehicles": float(len({(s.fleet, s.vehicle) for s in plan.sorties})),
        "sorties": float(len(plan.sorties)),
        "hours": round(sum(leg.unload_end_s - leg.load_start_s for leg in legs) / HOUR_S, 1),
        "km": round(sum(network.routes[leg.route].length_m for leg in legs) / 1000),
        "effort": round(figures.levels.get("effort", 0.0), 1),
        "clearance": round(figures.clearance_s / HOUR_S, 1),
        "harm": round(figures.levels.get("harm", 0.0), 2),
    }


def by_fleet(a: Verdict, b: Verdict) -> pd.DataFrame:
    """One row a fleet: vehicles that move, and vehicle-hours, in each plan."""
    import pandas as pd

    labels = {f.id: f.label for verdict in (b, a) for f in verdict.scenario.fleets}
    one, two = _fleets(a), _fleets(b)
    rows = []
    for name, label in labels.items():
        (used_a, hours_a), (used_b, hours_b) = one.get(name, (0, 0.0)), two.get(name, (0, 0.0))
        rows.append(
            {
                "fleet": label,
                "vehicles_a": used_a,
                "vehicles_b": used_b,
                "vehicles_change": used_b - used_a,
                "hours_a": round(hours_a, 1),
                "hours_b": round(hours_b, 1),
                "hours_change": round(hours_b - hours_a, 1),
            }
        )
    return pd.DataFrame(rows)


def _fleets(verdict: Verdict) -> dict[str, tuple[int, float]]:
    vehicles: dict[str, set[int]] = {}
    hours: dict[str, float] = {}
    for sortie in verdict.plan.sorties:
        vehicles.setdefault(sortie.fleet, set()).add(sortie.vehicle)
        spent = sum(leg.unload_end_s - leg.load_start_s for leg in sortie.legs) / HOUR_S
        hours[sortie.fleet] = hours.get(sortie.fleet, 0.0) + spent
    return {name: (len(found), hours[name]) for name, found in vehicles.items()}


GOOD, BAD = "background-color: rgba(0,158,115,.22)", "background-color: rgba(213,94,0,.24)"
MORE_IS_BETTER = frozenset({"out_change"})
NEUTRAL = frozenset({"vehicles_change", "hours_change"})


def styled(frame: pd.DataFrame) -> Any:
    """The table with its changes signed and tinted: green for better, orange for worse."""
    changes = [name for name in frame.columns if name.endswith("change")]
    plain = [name for name in frame.columns if name not in changes]
    forms: dict[Any, Any] = {**dict.fromkeys(plain, counted), **dict.fromkeys(changes, signed)}
    style = frame.style.format(forms, na_rep="–")
    for name in changes:
        if name not in NEUTRAL:
            style = style.map(lambda value, name=name: tint(name, value), subset=[name])
    return style


def tint(name: str, value: Any) -> str:
    """The style of a change: whether more is better hangs on the figure."""
    if value is None or value != value or value == 0:
        return ""
    return GOOD if (value > 0) == (name in MORE_IS_BETTER) else BAD


def counted(value: Any) -> str:
    """A figure with thousands apart; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def signed(value: Any) -> str:
    """A change with its sign; a plain 0 for none, with thousands apart."""
    import pandas as pd

    if value is None or pd.isna(value):
        return "–"
    number = float(value)
    if number == 0:
        return "0"
    return f"{number:+,.0f}" if number.is_integer() else f"{number:+,.1f}"
