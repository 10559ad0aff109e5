"""The evacuation plan on paper: what typst sets, as data; never as markup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from planner.cells import clean
from planner.documents import evacuation, press
from planner.documents.basis import assumptions, authorisations, changes, sources
from planner.documents.curve import evacuation_svg
from planner.documents.marks import map_svg
from planner.documents.paper import Paper
from planner.documents.rows import Cell, Row, left_behind, people
from planner.documents.vocabulary import LEVELS, REASONS, REMEDIES
from planner.plan import AidDelivery
from planner.scenario import Consignment
from planner.wording import figures as figures_of
from planner.wording import word

TEMPLATE = "summary.typ"
FULL_CLOCK = "%Y-%m-%d %H:%M"


def sheets(paper: Paper) -> list[press.Sheet]:
    """The plan on paper, A4."""
    drawings = {"map": map_svg(paper), "curve": evacuation_svg(paper)}
    return [press.Sheet("summary.pdf", TEMPLATE, content(paper), drawings)]


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the summary says, as text ready to be set."""
    verdict = paper.verdict
    scenario = verdict.scenario
    return {
        **press.frame(paper, word("Evacuation plan"), scenario.title),
        "what_if": clean(verdict.plan.provenance.what_if or ""),
        "situation": clean(scenario.description or ""),
        "objective": evacuation.objective(paper),
        "decision": evacuation.decision(paper),
        "options": evacuation.options(paper),
        "to_settle": evacuation.to_settle(paper),
        "weighted": any(group.weight != 1 for group in scenario.groups),
        "lead": lead(paper),
        "figures": figures(paper),
        "levels": levels(paper),
        "violations": [[v.rule, clean(v.where), clean(v.message)] for v in verdict.violations],
        "persons": evacuation.persons(paper),
        "patients": evacuation.patients(paper),
        "groups": groups(paper),
        "left": left(paper),
        "days": days(paper),
        "gatherings": evacuation.gatherings(paper),
        "ways": evacuation.ways(paper),
        "hours": evacuation.hours(paper),
        "fleets": evacuation.fleets(paper),
        "havens": evacuation.safe_places(paper),
        "authorisations": authorisations(paper),
        "reliance": evacuation.reliance(paper),
        "waiting": evacuation.waiting(paper),
        "changes": changes(paper),
        "assumptions": assumptions(paper),
        "claims": evacuation.claims(paper),
        "sources": sources(paper),
    }


def figure(paper: Paper, value: float) -> str:
    """Three significant digits below 100, whole numbers above, nothing but 0 for zero."""
    if value == round(value) or abs(value) >= 1000:
        return paper.count(value)
    if abs(value) >= 100:
        return paper.count(value, 1)
    plain = f"{value:.3g}"
    return plain if "e" in plain else paper.count(value, len(plain.partition(".")[2]))


def lead(paper: Paper) -> str:
    """The plan in two sentences."""
    told, say, count = paper.verdict.figures, paper.say, paper.count
    willing = told.people - told.unwilling
    start = paper.local(0).strftime(FULL_CLOCK)
    if not told.evacuated:
        words = say("Nobody of the {willing} people who want to leave gets out by this plan.")
        return words.format(willing=count(willing))
    remaining = willing - told.evacuated
    words = say(
        "{out} of {willing} people who want to leave are safe by {last} local time, "
        "{after} after the start ({start})."
    )
    if not remaining:
        words = say(
            "All {willing} people who want to leave are safe by {last} local time, "
            "{after} after the start ({start})."
        )
    out = words.format(
        out=count(told.evacuated), willing=count(willing), start=paper.latin(start),
        last=paper.latin(paper.local(told.clearance_s).strftime(FULL_CLOCK)),
        after=paper.span(told.clearance_s),
    )  # fmt: skip
    left = say("{n} are left behind.").format(n=count(remaining))
    return f"{out} {left}" if remaining else out


def figures(paper: Paper) -> list[list[str]]:
    """(what, value) pairs of the headline table."""
    told, plan, say, count = paper.verdict.figures, paper.verdict.plan, paper.say, paper.count
    left_willing = told.left_behind - told.unwilling
    harm = told.levels.get("harm", 0.0)
    rows = [
        (say("People in the scenario"), count(told.people)),
        (say("Safe by vehicle, ship or aircraft"), count(told.by_sortie)),
        (say("Safe by own means"), count(told.self_moved)),
        (say("Left behind against their will"), count(left_willing)),
        (say("Stay by choice"), count(told.unwilling)),
        (say("Last arrival after"), paper.span(told.clearance_s) if told.evacuated else "-"),
        (say("Sorties"), count(told.sorties)),
        (say("Convoys with people"), count(sum(c.loaded for c in paper.convoys))),
        (say("Expected casualties by this plan"), figure(paper, harm)),
        (say("Expected casualties if nobody moved"), figure(paper, told.harm_of_staying)),
    ]
    teams = {team.id: clean(team.label) for team in paper.verdict.scenario.teams}
    for team in plan.teams:
        when = say("does not arrive") if team.arrive_s is None else (
            say("there on {when}").format(when=paper.clock(team.arrive_s))
        )  # fmt: skip
        name = say("Team {name}").format(name=paper.apart(teams.get(team.team, team.team)))
        rows.append((name, f"{team.persons}, {when}"))
    goods = {aid.id: aid for aid in paper.verdict.scenario.aid}
    rows += [
        (
            f"{say('Aid')}: {paper.apart(clean(goods[entry.aid].goods))}",
            _aid(paper, goods[entry.aid], entry),
        )
        for entry in plan.aid
        if entry.aid in goods
    ]
    return [list(row) for row in rows]


def _aid(paper: Paper, goods: Consignment, told: AidDelivery) -> str:
    """How much of a consignment goes in, and when the last of it is there."""
    say = paper.say
    much = say("{kg} of {all} kg").format(kg=paper.count(told.kg), all=paper.count(goods.mass_kg))
    if told.arrive_s is None:
        return f"{much}, {say('no vehicle has time for it')}"
    when = say("the last on {when}").format(when=paper.clock(told.arrive_s))
    due_s = None if goods.by is None else paper.verdict.scenario.at_s(goods.by)
    late = due_s is not None and told.arrive_s > due_s
    return f"{much}, {when}" + (f", {say('later than asked for')}" if late else "")


def levels(paper: Paper) -> list[list[str]]:
    """Objective levels in order: name, value, bound, gap, status, what the bound holds for."""
    found = []
    for level in paper.verdict.plan.levels:
        found.append(
            [
                paper.say(LEVELS[level.name]), figure(paper, level.value),
                figure(paper, level.bound), paper.percent(level.gap), paper.say(level.unit),
                paper.say(level.status),
                paper.apart(f"{level.holds_for}; {level.method}"),
            ]
        )  # fmt: skip
    return found


def groups(paper: Paper) -> list[list[str]]:
    """One line a group: name, place, people, by sortie, own means, by choice, left behind, last."""
    found = []
    for row in people(paper).rows:
        last = row["last_safe_local"]
        when = figures_of.clock(last, paper.language) if isinstance(last, datetime) else ""
        numbers = ("people", "out_by_sortie", "own_means", "unwilling", "left_behind")
        found.append(
            [
                str(row["group"]),
                str(row["at"]),
                *(paper.count(_whole(row[name])) for name in numbers),
                when,
            ]
        )
    told = paper.verdict.figures
    left_willing = told.left_behind - told.unwilling
    sums = (told.people, told.by_sortie, told.self_moved, told.unwilling, left_willing)
    return [*found, [paper.say("all"), "", *(paper.count(number) for number in sums), ""]]


def left(paper: Paper) -> list[list[str]]:
    """Who is left behind against their will: group, place, persons, reason, remedy."""
    found = []
    for row in left_behind(paper).rows:
        if row["by_choice"] == "no":
            names = [str(row["group"]), str(row["at"])]
            told = [paper.count(_whole(row["persons"])), reason(paper, row), remedy(paper, row)]
            found.append([*names, *told])
    return found


def reason(paper: Paper, row: Row) -> str:
    """The binding reason; in another language by its code, then the plan's own sentence."""
    told = str(row["reason"])
    if paper.language == "en" or str(row["reason_code"]) not in REASONS:
        return paper.apart(told)
    return f"{paper.say(REASONS[str(row['reason_code'])])}. {paper.apart(told)}"


def remedy(paper: Paper, row: Row) -> str:
    """What would help, how many more get out with it at most, and what it costs."""
    kind, told = REMEDIES.get(str(row["remedy_kind"]), ""), str(row["remedy"])
    words = told or paper.say("none was searched")
    if paper.language != "en":
        named = [paper.say(kind)] if kind else []
        bare = row["remedy_kind"] in ("", "not_searched", "none_found")
        words = ": ".join([*named, *([] if bare else [paper.apart(told)])]) or words
    more = []
    if row["remedy_gain"] is not None:
        gain = paper.count(_whole(row["remedy_gain"]))
        more.append(paper.say("at most {n} more people by the relaxed reckoning").format(n=gain))
    if row["remedy_price"] is not None:
        more.append(paper.say("cost {n} on the office's scale").format(n=row["remedy_price"]))
    return words + (f" ({', '.join(more)})" if more else "")


def _whole(cell: Cell) -> int:
    return int(str(cell))


def days(paper: Paper) -> list[list[str]]:
    """By local day of departure: date, mode, convoys, vehicles, people, first and last leave."""
    found: _Days = {}
    for convoy in paper.convoys:
        if convoy.loaded:
            key = (paper.local(convoy.depart_s).strftime("%Y-%m-%d"), convoy.mode)
            _count(found, key, len(convoy.members), convoy.persons, convoy.depart_s)
    for movement in paper.verdict.plan.self_movements:
        key = (paper.local(movement.depart_s).strftime("%Y-%m-%d"), movement.means)
        _count(found, key, movement.vehicles, movement.persons, movement.depart_s)
    return [
        [
            day, paper.say(mode), *(paper.count(number) for number in entry[:3]),
            paper.local(entry[3]).strftime("%H:%M"), paper.local(entry[4]).strftime("%H:%M"),
        ]
        for (day, mode), entry in sorted(found.items())
    ]  # fmt: skip


_Days = dict[tuple[str, str], list[int]]


def _count(found: _Days, key: tuple[str, str], vehicles: int, persons: int, t_s: int) -> None:
    entry = found.setdefault(key, [0, 0, 0, t_s, t_s])
    entry[0] += 1
    entry[1] += vehicles
    entry[2] += persons
    entry[3], entry[4] = min(entry[3], t_s), max(entry[4], t_s)
