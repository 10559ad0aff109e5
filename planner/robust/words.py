"""What a planner would read of a robust comparison, most important first."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def sentences(told: Row) -> list[str]:
    """The figures of ``report`` as sentences."""
    if told["summary"] is None:
        return ["Stopped before any first day was looked at in every draw: nothing to compare."]
    found = [_leave(told), _remain(told), _worth(told), _knowing(told), _price(told)]
    found += [_regret(told), _played(told), _proof(told), _called_off(told)]
    return [sentence for sentence in found if sentence]


def people(value: float) -> str:
    """A mean of people: whole where it is whole."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 or value >= 100 else f"{value:,.1f}"


def share(told: Row) -> str:
    """'worst 25 %' of a report."""
    return f"worst {100 * (1 - told['alpha']):.3g} %"


def by_measure(told: Row) -> str:
    """'on average' or 'in the worst 25 %'."""
    return "on average" if told["measure"] == "expected" else f"in the {share(told)} on average"


def moment(text: str) -> str:
    """'2012-12-14T06:00:00+02:00' → '2012-12-14 06:00'."""
    return text[:16].replace("T", " ")


def _chosen(told: Row) -> Row:
    row: Row = told["candidates"][told["chosen"]]
    return row


def _leave(told: Row) -> str:
    until, row = moment(told["first_stage_until"]), _chosen(told)
    words = f"Until {until} leave as in {row['label']}: {row['departures']:,} departures"
    words += f" and {row['alone']:,} movements by own means." if row["alone"] else "."
    if told["summary"]["is_base"]:
        others = sum(1 for one in told["candidates"] if one["value"] is not None) - 1
        if others:
            words += f" None of the {others} other first days looked at is better."
    return words


def _remain(told: Row) -> str:
    row, base = _chosen(told), told["candidates"][0]
    who = "people (by weight)" if told["weighted"] else "people"
    words = (
        f"Over the {told['draws']} draws {people(row['mean'])} {who} remain on average, "
        f"{people(row['cvar'])} in the {share(told)}, {people(row['worst'])} in the worst draw"
    )
    if not told["summary"]["is_base"]:
        words += (
            f"; with the base plan's first day {people(base['mean'])}, {people(base['cvar'])} and "
            f"{people(base['worst'])}"
        )
    return words + "."


def _worth(told: Row) -> str:
    one = told["summary"]
    if one["vss"] <= 1e-6:
        words = "Leaving as in the base plan costs nothing that was found"
        if one["vss_at_most"] > 1e-6:
            words += f"; at most {people(one['vss_at_most'])} fewer could remain {by_measure(told)}"
        return words + " (value of the stochastic solution 0)."
    return (
        f"Thinking of the draws now saves {people(one['vss'])} people {by_measure(told)} (value of "
        f"the stochastic solution; at least {people(one['vss_at_least'])}, at most "
        f"{people(one['vss_at_most'])})."
    )


def _knowing(told: Row) -> str:
    one = told["summary"]
    return (
        f"Knowing beforehand how it will be would save {people(one['evpi'])} more "
        f"{by_measure(told)} (expected value of perfect information; at most "
        f"{people(one['evpi_at_most'])})."
    )


def _price(told: Row) -> str:
    one = told["summary"]
    if one["is_base"]:
        return ""
    left, harm = one["price"]["left_behind"], one["price"].get("harm")
    words = f"In the base case it leaves {_more(left, people)} people behind than the base plan"
    if harm is not None:
        words += f", with {_more(harm, lambda v: f'{v:.3g}')} casualties expected"
    return words + " (price of robustness)."


def _more(value: float, spell: Any) -> str:
    if abs(value) < 1e-9:
        return "0 more"
    return f"{spell(abs(value))} {'more' if value > 0 else 'fewer'}"


def _regret(told: Row) -> str:
    row = _chosen(told)
    if row["max_regret"] is None:
        return ""
    words = (
        f"Its greatest regret is {people(row['max_regret'])}"
        + (f" ({row['max_regret_in']})" if row["max_regret"] > 0 else "")
        + f", over {row['regrets_known']} draws, what-ifs and the base case"
    )
    whole = [one for one in told["candidates"]
             if one["regrets_known"] == row["regrets_of"] and one["value"] is not None]  # fmt: skip
    least = min(whole, key=lambda one: one["max_regret"], default=None)
    if least is not None and least["max_regret"] < row["max_regret"] - 1e-6:
        words += f"; {least['label']} has the least, {people(least['max_regret'])}"
    return words + "."


def _played(told: Row) -> str:
    one = told["rehearsed"]
    if one is None:
        return ""
    words = (
        f"Played as it stands through {one['draws']:,} draws that nobody had planned for, the plan "
        f"leaves {people(one['robust']['mean'])} behind on average"
    )
    if told["summary"]["is_base"]:
        return words + "."
    return words + (
        f", the base plan {people(one['base']['mean'])}: {one['saved']:+,.1f} saved, give or take "
        f"{2 * one['saved_error']:,.1f}."
    )


def _proof(told: Row) -> str:
    one = told["summary"]
    if one["proven"]:
        return "No other first day can leave fewer behind by this measure: proven."
    return (
        f"No first day can leave fewer than {people(one['rp_bound'])} behind {by_measure(told)} "
        f"(proven); that {people(one['rp'])} is the best is not proven: it is the best of "
        f"{sum(1 for c in told['candidates'] if c['value'] is not None)} first days looked at."
    )


def _called_off(told: Row) -> str:
    count = told["summary"]["called_off"]
    if not count:
        return ""
    return (
        f"{count:,} of these departures, over all draws, are impossible as things go there: they "
        "are called off, and the vehicle waits until the first stage is over."
    )
