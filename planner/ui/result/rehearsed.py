"""A rehearsal as rows for the page: from a report to tables and sentences, without any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.cli.text import number
from planner.ui.result.chart_words import word
from planner.ui.words import _, counted, duration
from planner.units import HOUR_S, MINUTE_S

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
FIGURES = ("evacuated", "left", "stranded", "clearance_s", "harm", "missed")


def figure_words() -> dict[str, str]:
    """Figure → its name in this tab's language."""
    return {
        "evacuated": _("people out"),
        "left": _("left behind against their will"),
        "stranded": _("of them, on the way or at a hub"),
        "clearance_s": _("last one safe after"),
        "harm": _("expected casualties"),
        "missed": _("deadlines missed"),
    }


def kind_words() -> dict[str, str]:
    """Kind of a cause → its name in this tab's language."""
    return {
        "link": _("road or bridge"),
        "place": _("place"),
        "permission": _("authorisation"),
        "control": _("who holds the ground"),
        "danger": _("danger"),
        "fleet": _("fleet"),
        "breakdown": _("breakdown"),
        "lateness": _("lateness"),
        "hours": _("closed hours"),
        "crowding": _("crowding"),
        "team": _("team"),
        "passengers": _("waiting for passengers"),
        "company": _("waiting for company"),
        "events": _("event"),
        "breakdowns": _("breakdown"),
        "delays": _("lateness"),
    }


def sentence(told: Row) -> str:
    """What to expect, in one sentence."""
    out = told["figures"]["evacuated"]
    return _(
        "In half of the draws at least {middle} people get out, in 19 of 20 at least {least}; "
        "as planned it would be {plan}."
    ).format(
        middle=f"{out['p50']:,.0f}", least=f"{out['p5']:,.0f}",
        plan=f"{told['planned']['evacuated']:,}",
    )  # fmt: skip


def base(told: Row) -> str:
    """What was played, and of whom the sentence speaks."""
    parts = [
        _("Plan {n}, {draws}, seed {seed}.").format(
            n=told.get("plan_number", told["plan"]), seed=told["seed"],
            draws=counted("{n} draw", "{n} draws", told["draws"]),
        )
    ]  # fmt: skip
    share = told["share_out"]
    if share:
        parts.append(
            _("Of those who want to go and come, {mean} get out on average.").format(
                mean=f"{share['mean']:.0%}"
            )
        )
    return " ".join(parts)


def figures(told: Row) -> pd.DataFrame:
    """One row a figure: as planned, mean, and the quantiles; as text, for units differ."""
    import pandas as pd

    words = figure_words()
    rows = [
        {
            "what": words[name],
            "as_planned": _said(name, told["planned"][name]),
            "mean": _said(name, told["figures"][name]["mean"]),
            "least": _said(name, told["figures"][name]["p5"]),
            "middle": _said(name, told["figures"][name]["p50"]),
            "most_of_all": _said(name, told["figures"][name]["p95"]),
        }
        for name in FIGURES
    ]
    return pd.DataFrame(rows)


def _said(name: str, value: float) -> str:
    if name == "clearance_s":
        return duration(round(value / HOUR_S) * HOUR_S)
    return number(value) if name == "harm" else f"{value:,.0f}"


def fan(told: Row) -> pd.DataFrame:
    """The fan as a table: hours after the start, the plan, the quantiles."""
    import pandas as pd

    rows = [
        {
            "when": duration(row["at_s"]), "as_planned": row["plan"], "least": row["p5"],
            "middle": row["p50"], "most_of_all": row["p95"],
        }
        for row in told["fan"]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["when", "as_planned", "least", "middle", "most_of_all"])


def levers(told: Row, measure: str) -> pd.DataFrame:
    """The tornado as a table."""
    import pandas as pd

    from planner.charts.rehearsal import tornado_rows

    rows = [
        {
            "what": word(row["label"]) if row["kind"] == "people" else row["label"],
            "from": round(row["low"], 1), "to": round(row["high"], 1),
            "uncertain_by": round(2 * row["error"], 1),
        }
        for row in tornado_rows(told, measure)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "from", "to", "uncertain_by"])


def causes(told: Row) -> pd.DataFrame:
    """What breaks the plan, most often first."""
    import pandas as pd

    words = kind_words()
    rows = [
        {
            "what": row["label"],
            "kind": words.get(row["kind"], row["kind"]),
            "share_of_draws": f"{row['share']:.0%}",
            "movements_hit": round(row["movements"], 1),
            "lost_hours": round(row["hours"], 1),
            "stranded_people": round(row["persons"], 1),
        }
        for row in told["causes"]
    ]
    columns = ["what", "kind", "share_of_draws", "movements_hit", "lost_hours", "stranded_people"]
    return pd.DataFrame(rows, columns=columns)


def costs(told: Row) -> pd.DataFrame:
    """What each cause costs where it comes, the dearest of the average draw first."""
    import pandas as pd

    words = kind_words()
    ranked = sorted((c for c in told["costs"] if c["draws"]), key=lambda c: -c["a_draw"])
    rows = [
        {
            "what": row["label"],
            "kind": words.get(row["kind"], row["kind"]),
            "comes_in": f"{row['share']:.0%}",
            "fewer_out": round(row["evacuated"], 1),
            "uncertain_by": round(2 * row["error"], 1),
            "more_harm": round(row["harm"], 2),
        }
        for row in ranked
    ]
    columns = ["what", "kind", "comes_in", "fewer_out", "uncertain_by", "more_harm"]
    return pd.DataFrame(rows, columns=columns)


def loads(told: Row) -> pd.DataFrame:
    """Every planned load, the least likely to be in time first."""
    import pandas as pd

    ordered = sorted(told["sorties"], key=lambda row: (row["in_time"], row["arrives"]))
    rows = [
        {
            "sortie": row["sortie"],
            "way": f"{row['origin']} → {row['destination']}",
            "people": row["persons"],
            "in_time": f"{row['in_time']:.0%}",
            "arrives_share": f"{row['arrives']:.0%}",
            "late_usual": _minutes(row["late_p50_s"]),
            "late_most": _minutes(row["late_p95_s"]),
            "mostly_by": _by(row["broken_by"]),
        }
        for row in ordered
    ]
    columns = ["sortie", "way", "people", "in_time", "arrives_share", "late_usual", "late_most",
               "mostly_by"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _minutes(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds / MINUTE_S)


def _by(told: str | None) -> str:
    if told is None:
        return ""
    kind, _colon, thing = told.partition(": ")
    return f"{kind_words().get(kind, kind)}: {thing}"
