"""Every row of the matrix of changes."""

from collections.abc import Sequence

from tests.changes import web_rows
from tests.changes.row import Row

ROWS: Sequence[Row] = web_rows.QUICK
