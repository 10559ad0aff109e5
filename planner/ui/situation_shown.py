"""What the page Situation shows of one text, made once for all tabs that work on the same one."""

from __future__ import annotations

from functools import lru_cache

from planner import load
from planner.network import TransportNetwork
from planner.scenario import Scenario
from planner.ui import situation, situation_facts
from planner.ui.mapview import named
from planner.ui.words import language

KEPT = 6
"""Texts, over all tabs and languages; the one looked at longest ago goes first."""


class Shown:
    """The network, the sheets of the map, and what the page says of them; nobody changes it."""

    def __init__(self, net: TransportNetwork, text: str) -> None:
        self.net = net
        self.side, _ground, self.credit = situation.ground(net.scenario)
        self.sheets = situation.situation_sheets(net)
        self.near = situation.spread(net)
        self.whole = situation.everything(net)
        # A road's tooltip begins with its state, which changes with the hour.
        roads = {("link", link.id): link.label for link in net.scenario.links}
        found = named(self.sheets)
        self.names = {key: roads.get(key, name) for key, name in found.items()}
        self.notes = situation.situation_notes(net)
        self.claims = situation_facts.without_source(net, text)

    @property
    def scenario(self) -> Scenario:
        """What the map is of."""
        return self.net.scenario


def shown(text: str, file: str) -> Shown:
    """What a text shows in this tab's language. Raises ScenarioError with its faults."""
    return _shown(text, file, language())


@lru_cache(maxsize=KEPT)
def _shown(text: str, file: str, _language: str) -> Shown:
    return Shown(situation.outline(load.read_text(text, file)), text)
