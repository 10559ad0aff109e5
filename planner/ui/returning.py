"""Once the server is back after it was gone, the page asks for itself anew.

Streamlit finds the server again but asks for nothing: what was typed meanwhile stands in the
browser as taken over, and the new server has never heard of it. Any question carries it along.
"""

from __future__ import annotations

import streamlit as st

NAME = "returning"
# The module lives as long as the browser's page: one clock, whatever is drawn anew around it.
_SCRIPT = """
const every = 1500, again = [1000, 3000, 7000];
let ask = null, clock = null, gone = false;
async function look() {
  let there = false;
  try { there = (await fetch("/_stcore/health", { cache: "no-store" })).ok; } catch (_) { }
  if (gone && there) {
    for (const wait of again) setTimeout(() => ask && ask("back", wait), wait);
  }
  gone = !there;
}
export default function ({ setTriggerValue }) {
  ask = setTriggerValue;
  clock ??= setInterval(look, every);
  return () => { clearInterval(clock); ask = clock = null; };
}
"""


def look_out() -> None:
    """Watch, unseen, for the server's return; on pages where text is typed."""
    mount = st.components.v2.component(NAME, js=_SCRIPT)
    mount(key=NAME, on_back_change=lambda: None, height=0)
