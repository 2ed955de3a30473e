"""Finds the chaff in scraped text and HTML: paywall notices, subscribe prompts, navigation and every other boilerplate.

    detector = dechaff.Detector()
    detection = detector.detect_html(page)
    print(detection.access, detection.content)

``dechaff.filter_table`` works on Arrow tables; ``dechaff.datatrove``, ``dechaff.ray``, ``dechaff.spark`` and
``dechaff.polars`` put it into these engines. Nothing but this package is needed for the detector itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ._native import LABELS, RESULT_COLUMNS, Block, Detection, Detector, __version__, decode

__all__ = [
    "LABELS",
    "RESULT_COLUMNS",
    "Block",
    "Detection",
    "Detector",
    "__version__",
    "decode",
    "filter_table",
]


@lru_cache(maxsize=1)
def _default_detector() -> Detector:
    return Detector()


def filter_table(
    table: Any, *, text: str | None = None, html: str | None = None, output: Sequence[str] | None = None
) -> Any:
    """Label a column of an Arrow table with the model inside the package; see ``Detector.filter_table``.

    ``table`` is a pyarrow ``RecordBatch`` or ``Table``, a Polars ``DataFrame``, a DuckDB result, or anything else that
    speaks the Arrow C data interface. ``text`` or ``html`` names the column (``text`` if neither is given).

    Returns a table of the same kind with a row for each row and the columns ``content``, ``access``,
    ``access_probability``, ``blocks`` and ``reason``, or those of them that ``output`` names.

    Raises ``KeyError`` if there is no such column and ``TypeError`` if it holds neither strings nor bytes.
    """
    return _default_detector().filter_table(table, text=text, html=html, output=output)
