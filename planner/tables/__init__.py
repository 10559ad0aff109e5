"""A scenario's text as tables: its items as rows of cells, changes of cells as a new text.

columns   which columns a section has, from the nouns of the scenario
rows      items → cells as people wrote them, and back
changes   changed, new and removed rows → the new text, through ``planner.edit``
grid      CSV and XLSX → rows of texts
mapping   headers and HXL hashtags → columns
imports   a list of people's own → the new text, or every row that does not fit
exports   a table → CSV and XLSX
"""

from __future__ import annotations

from planner.tables.changes import Changes, changed, tables
from planner.tables.columns import SECTIONS, Column, columns
from planner.tables.exports import csv_bytes, xlsx_bytes
from planner.tables.grid import ENCODINGS
from planner.tables.imports import Fault, Import, imported
from planner.tables.mapping import IMPORTED
from planner.tables.rows import Cell, Row, Table, table

__all__ = [
    "ENCODINGS", "IMPORTED", "SECTIONS", "Cell", "Changes", "Column", "Fault", "Import", "Row",
    "Table", "changed", "columns", "csv_bytes", "imported", "table", "tables", "xlsx_bytes",
]  # fmt: skip
