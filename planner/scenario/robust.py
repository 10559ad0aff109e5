"""How a plan is to stand up to what nobody knows for sure: the measure, and what is decided now."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from planner.scenario.parts import Part
from planner.scenario.quantities import Duration, Real

Measure = Literal["expected", "cvar"]


class Robust(Part):
    """What `planner robust` weighs people left behind by, over the draws of `uncertainty:`."""

    measure: Measure = "expected"
    """`expected`: the mean over the draws; `cvar`: the mean of the worst of them."""
    alpha: Real = 0.75
    """With `cvar`, the share of the draws that is not looked at: 0.75 is the worst quarter."""
    first_stage_s: Duration = Field(24 * 3600, alias="first_stage")
    """Departures before this time after the start are decided now and are the same in every draw;
    later ones are planned once it is known how things are."""

    @field_validator("alpha")
    @classmethod
    def _a_share(cls, value: float) -> float:
        if not 0 < value < 1:
            raise ValueError(
                f"alpha {value:g}; write a number between 0 and 1, for example 0.75: the worst "
                "quarter"
            )
        return value
