"""Once the server is back after it was gone, the page asks for itself anew.

Streamlit finds the server again but asks for nothing: what was typed meanwhile stands in the
browser as taken over, and the new server has never heard of it. Any question carries it along.
"""

from __future__ import annotations

import streamlit as st

NAME = "returning"
_SCRIPT = """
const every = 1500, again = [1000, 3000, 7000];
export default function ({ setTriggerValue }) {
  let gone = false;
  const timer = setInterval(async () => {
    let there = false;
    try { there = (await fetch("/_stcore/health", { cache: "no-store" })).ok; } catch (_) { }
    if (gone && there) {
      for (const wait of again) setTimeout(() => setTriggerValue("back", wait), wait);
    }
    gone = !there;
  }, every);
  return () => clearInterval(timer);
}
"""


def look_out() -> None:
    """Watch, unseen, for the server's return; on every page."""
    mount = st.components.v2.component(NAME, js=_SCRIPT)
    mount(key=NAME, on_back_change=lambda: None, height=0)
