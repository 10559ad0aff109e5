"""What a plan rests on: permissions, what a what-if changes, assumptions, sources."""

from __future__ import annotations

from typing import Any

from planner.cells import clean
from planner.documents.paper import Paper
from planner.scenario import Authorisation, segments


def authorisations(paper: Paper) -> list[list[str]]:
    """Permissions: name, party, state, validity, conditions; assumed ones say so."""
    scenario = paper.verdict.scenario
    parties = {party.id: clean(party.label) for party in scenario.parties}
    found = []
    for item in scenario.authorisations:
        state = paper.say(item.state)
        if item.id in paper.verdict.figures.conditional_on:
            state_words = f"{state}; {paper.say('ASSUMED by this plan')}"
        else:
            state_words = f"{state}; {paper.say('assumed')}" if item.assume else state
        found.append(
            [
                clean(item.label), parties.get(item.party, item.party), state_words,
                _validity(paper, item), clean(item.conditions or ""),
            ]
        )  # fmt: skip
    return found


def _validity(paper: Paper, item: Authorisation) -> str:
    scenario = paper.verdict.scenario
    start = paper.clock(scenario.at_s(item.from_))
    if item.until is None:
        return paper.say("from {start}").format(start=start)
    until = paper.clock(scenario.at_s(item.until))
    return paper.say("{start} to {until}").format(start=start, until=until)


def changes(paper: Paper) -> list[list[str]]:
    """What the what-if changed: path, old, new; long values are named, not printed."""
    found = []
    for patch in paper.verdict.plan.provenance.patches:
        old, new = (_short(paper, patch.get(key)) for key in ("old", "new"))
        found.append([clean(str(patch.get("path", ""))), old, new])
    return found


def _short(paper: Paper, value: Any) -> str:
    if value is None:
        return paper.say("nothing")
    return clean(value) if isinstance(value, str) and len(value) <= 60 else paper.say("(an entry)")


def assumptions(paper: Paper) -> list[str]:
    """What the figures rest on, in sentences."""
    scenario, plan = paper.verdict.scenario, paper.verdict.plan
    estimated = [group for group in scenario.groups if group.people.estimate or group.estimate]
    counted = sum(s.persons for g in estimated for s in segments(scenario, g))
    ways = [paper.verdict.network.routes[convoy.route] for convoy in paper.convoys]
    roads = sum(route.estimate for route in ways)
    cap = scenario.priorities.risk_cap_bp / 100
    say = paper.say
    out = [
        say("Counts of people: the {figure} figure of each group.").format(
            figure=say(scenario.people_figure)
        ),
        say("Estimates nobody published: {n} of {all} group sizes ({people} people).").format(
            n=len(estimated), all=len(scenario.groups), people=paper.count(counted)
        ),
        say(
            "{n} of {all} convoy movements use a way with estimated speed, length or capacity."
        ).format(n=paper.count(roads), all=paper.count(len(ways))),
        say(
            "Departures lie on a grid of {step}; travel, loading and unloading are in true time. "
            "No delay, breakdown or no-show is in these figures."
        ).format(step=paper.span(plan.step_s)),
        say("No ride may expose anybody to a chance of harm above {cap} %.").format(cap=f"{cap:g}"),
    ]
    for threat in scenario.threats:
        rate = say("{rate} per 1000 person-hours").format(rate=f"{threat.rate_nano / 1_000_000:g}")
        known = paper.apart(clean(threat.source)) if threat.source else say("estimate")
        out.append(f"{say('Threat')}: {paper.apart(clean(threat.label))}, {rate} ({known}).")
    return out


def sources(paper: Paper) -> list[str]:
    """Where figures and map come from."""
    scenario, network = paper.verdict.scenario, paper.verdict.network
    claims = [
        claim
        for kind in (
            scenario.places, scenario.groups, scenario.fleets, scenario.links, scenario.threats,
            scenario.control, scenario.authorisations, [group.people for group in scenario.groups],
        )
        for claim in kind
    ]  # fmt: skip
    found = dict.fromkeys(clean(claim.source) for claim in claims if claim.source)
    out = [*found]
    if network.region is not None:
        out += dict.fromkeys(
            f"Map: {note.credit or note.source} ({note.licence})" for note in network.region.sources
        )
    return out
