"""The words of the field, explained where they stand: one dictionary, after GLOSSARY.md."""

from __future__ import annotations

from planner.ui.words import _


def meanings() -> dict[str, str]:
    """Word → what it means, in this tab's language; the words stand in GLOSSARY.md."""
    return {
        "authorisation": _(
            "A party's yes to a kind of movement: requested, granted, refused or expired."
        ),
        "bound": _("What no plan can beat, proven."),
        "clearance time": _("When the last person arrives."),
        "conditional": _(
            "The plan assumes an authorisation that is only requested; it may not run before "
            "that is granted."
        ),
        "consignment": _("Aid for one place, carried in by vehicles that come to collect people."),
        "convoy": _("Sorties that leave one place together on one route, at one speed."),
        "embarkation point": _("A port or airport where people change to a ship or aircraft."),
        "evacuated": _("Arrived at an acceptable haven inside the planned time."),
        "gap": _("The distance between a plan's value and the bound, as a share of the value."),
        "harm": _(
            "Expected casualties: the rate of danger times person-hours, waiting and moving."
        ),
        "horizon": _("The time that is planned."),
        "household": _("People who travel together or not at all."),
        "left behind": _("People who want to leave and do not get out, each with the reason."),
        "levels": _(
            "What is sought, in its order: left behind, missed deadlines, harm, arrival, effort. "
            "A later one never worsens an earlier one."
        ),
        "manifest": _("Who is aboard: counts of households, never names."),
        "precedence": _("A patient's urgency: urgent, priority, routine; it gives the deadline."),
        "safe haven": _("Where people are out of danger."),
        "sortie": _("One vehicle's trip out and back."),
        "unwilling": _("They stay by choice; no objective counts them."),
        "verdict": _("What the independent check says of a plan."),
        "what-if": _("A scenario with named changes applied."),
    }


def meaning(word: str) -> str:
    """What the word means; empty for a word that is not explained."""
    return meanings().get(word, "")


def heads() -> dict[str, tuple[str, str]]:
    """Column of the desk's tables → (its heading, the word of the glossary that explains it)."""
    return {
        "arrives": (_("arrives"), ""),
        "arrives_share": (_("arrives at all"), ""),
        "as_planned": (_("as planned"), ""),
        "awaits": (_("awaits"), "authorisation"),
        "all_left": (_("left behind, by choice too"), "left behind"),
        "cases": (_("cases"), ""),
        "with_plan": (_("with a plan"), "verdict"),
        "change": (_("change"), ""),
        "before": (_("it was to load"), ""),
        "now": (_("it loads now"), ""),
        "because": (_("because"), ""),
        "tell": (_("whom to tell"), ""),
        "begin": (_("begin"), ""),
        "while_waiting": (_("of them while waiting"), "harm"),
        "safe_share": (_("safe in draws"), ""),
        "comes_in": (_("comes in"), ""),
        "fewer_out": (_("people fewer out"), ""),
        "in_time": (_("in time"), ""),
        "late_most": (_("late, 95 % (min)"), ""),
        "late_usual": (_("late, median (min)"), ""),
        "least": (_("5 %"), ""),
        "lost_hours": (_("hours lost a draw"), ""),
        "mean": (_("mean"), ""),
        "middle": (_("median"), ""),
        "more_harm": (_("expected casualties more"), "harm"),
        "most_of_all": (_("95 %"), ""),
        "movements_hit": (_("movements hit a draw"), ""),
        "mostly_by": (_("mostly by"), ""),
        "share_of_draws": (_("in draws"), ""),
        "stranded_people": (_("people called off a draw"), ""),
        "uncertain_by": (_("±"), ""),
        "at": (_("at"), ""),
        "bound": (_("proven bound"), "bound"),
        "by_sortie": (_("by sortie"), "sortie"),
        "casualties": (_("expected casualties"), "harm"),
        "ceiling": (_("at most"), "bound"),
        "check": (_("check"), "verdict"),
        "convoy": (_("convoy"), "convoy"),
        "departs": (_("departs"), ""),
        "end": (_("until"), ""),
        "escort": (_("escort"), ""),
        "fleet": (_("fleet"), ""),
        "from": (_("from"), ""),
        "full": (_("full for"), ""),
        "gain": (_("how sure"), "bound"),
        "gap": (_("gap"), "gap"),
        "group": (_("group"), ""),
        "groups": (_("groups on board"), "manifest"),
        "households": (_("households"), "household"),
        "how": (_("how it was proven"), ""),
        "harm": (_("casualties fewer"), "harm"),
        "hours": (_("person-hours sooner"), ""),
        "holds_for": (_("bound holds for"), ""),
        "kind": (_("kind"), ""),
        "last_safe": (_("last safe"), "clearance time"),
        "left_behind": (_("left behind"), "left behind"),
        "level": (_("level"), "levels"),
        "limit": (_("limit"), ""),
        "loading": (_("loading from"), ""),
        "missed": (_("after their deadline"), "precedence"),
        "mode": (_("mode"), ""),
        "most": (_("most"), ""),
        "out": (_("out"), "evacuated"),
        "own_means": (_("own means"), ""),
        "people": (_("people"), ""),
        "proof": (_("proof"), ""),
        "rank": (_("rank"), ""),
        "rule": (_("rule"), ""),
        "safe": (_("safe"), ""),
        "scenario": (_("scenario"), ""),
        "seconds": (_("seconds"), ""),
        "site": (_("place"), ""),
        "size": (_("people in each"), "household"),
        "sortie": (_("sortie"), "sortie"),
        "start": (_("from"), ""),
        "stay": (_("stay by choice"), "unwilling"),
        "stretchers": (_("stretchers"), ""),
        "text": (_("scenario text"), ""),
        "sure": (_("surely"), "bound"),
        "to": (_("to"), ""),
        "total": (_("in all"), ""),
        "under_way": (_("under way"), ""),
        "unit": (_("unit"), ""),
        "unloaded": (_("unloaded"), ""),
        "value": (_("value"), ""),
        "vehicle": (_("vehicle"), ""),
        "way": (_("way"), ""),
        "what": (_("what"), ""),
        "when": (_("when"), ""),
        "where": (_("where"), ""),
        "why": (_("why not earlier"), ""),
    }
