"""Charts with their tables, and tables with headings that explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.ui.glossary import heads, meaning
from planner.ui.result.chart_words import in_words
from planner.ui.words import _

if TYPE_CHECKING:
    import pandas as pd

AS_TABLES = "as_tables"
"""Key of the switch that shows every chart of the page as a table."""
TIME_FORMAT = "ddd D MMM HH:mm"


def is_dark() -> bool:
    """Whether this tab's page is dark; light outside a page."""
    return st.context.theme.type == "dark"


def as_tables() -> bool:
    """Whether this tab wants tables instead of charts."""
    return bool(st.session_state.get(AS_TABLES, False))


def columns(frame: pd.DataFrame, hidden: Sequence[str] = ()) -> dict[str, Any]:
    """Headings in this tab's language, with an explanation; hidden columns as None."""
    from pandas.api.types import is_datetime64_any_dtype as is_time
    from pandas.api.types import is_numeric_dtype as is_number

    found: dict[str, Any] = {}
    for name in frame.columns:
        label, word = heads().get(name, (str(name), ""))
        tip = meaning(word) or None
        if name in hidden:
            found[name] = None
        elif is_time(frame[name]):
            found[name] = st.column_config.DatetimeColumn(label, help=tip, format=TIME_FORMAT)
        elif is_number(frame[name]):
            found[name] = st.column_config.NumberColumn(label, help=tip, format="localized")
        else:
            found[name] = st.column_config.TextColumn(label, help=tip)
    return found


def table(frame: pd.DataFrame, hidden: Sequence[str] = (), **more: Any) -> Any:
    """A table that sorts and searches, under explained headings."""
    return st.dataframe(
        frame, hide_index=True, width="stretch", column_config=columns(frame, hidden),
        placeholder="–", **more,
    )  # fmt: skip


def chart(
    spec: Callable[[], dict[str, Any]],
    rows: Callable[[], pd.DataFrame],
    height_px: int | None = None,
) -> None:
    """The chart, or its table where this tab wants tables; tall charts scroll in ``height_px``."""
    if as_tables():
        table(rows(), height=460)
        return
    drawn = in_words(spec())
    if height_px is None:
        st.vega_lite_chart(drawn, width="stretch")
        return
    # The hours stand where one looks first: at the foot they would be scrolled out of sight.
    across = drawn.get("encoding", {}).get("x", {})
    if "axis" in across:
        across["axis"] = {**across["axis"], "orient": "top"}
    with st.container(height=height_px, border=False):
        st.vega_lite_chart(drawn, width="stretch")


def switch() -> None:
    """The switch from charts to tables, for the whole page."""
    with st.container(key="as-tables"):
        st.toggle(_("Charts as tables"), key=AS_TABLES, persist_state="session")
