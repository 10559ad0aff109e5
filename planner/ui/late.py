"""A late word from the page before must not empty the page that is open.

A slider that has come to rest or a timer of a part of a page (``st.fragment``) may speak up after
another page was asked for and before the browser knows of it. Streamlit then runs that part on its
former page, after the new page is done: the browser clears the new page away, and the part, which
is gone, leaves nothing in its place.
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

_MARK = "_drops_late_words"


def drop() -> None:
    """From now on such a word is passed over; whatever it carried the browser sends again."""
    if hasattr(ScriptRunner, _MARK):
        return
    run = ScriptRunner._run_script

    def run_unless_late(self: ScriptRunner, rerun_data: RerunData) -> None:
        if rerun_data.fragment_id_queue:
            here = self._get_script_run_ctx().page_script_hash
            if here and here != rerun_data.page_script_hash:
                return
        run(self, rerun_data)

    setattr(ScriptRunner, _MARK, True)
    ScriptRunner._run_script = run_unless_late  # type: ignore[method-assign]
