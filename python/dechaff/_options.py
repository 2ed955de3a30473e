"""What the helpers for engines have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike, fspath
from typing import Any

from . import RESULT_COLUMNS, Detector
from ._frames import check_names, with_results


@lru_cache(maxsize=4)
def detector_of(model: str | None, max_content_loss: float | None, threads: int | None) -> Detector:
    """The detector of this process with these options: engines use a process for many tasks."""
    return Detector(model, max_content_loss=max_content_loss, threads=threads)


@dataclass(frozen=True)
class TableTask:
    """Adds the results of one column to a table. Workers get it pickled; each makes its detector when it needs it."""

    text: str | None = None
    html: str | None = None
    output: tuple[str, ...] = tuple(RESULT_COLUMNS)
    prefix: str = ""
    model: str | None = None
    max_content_loss: float | None = None
    threads: int | None = 1

    @classmethod
    def of(
        cls,
        *,
        text: str | None,
        html: str | None,
        output: Sequence[str] | None,
        prefix: str,
        model: str | PathLike[str] | None,
        max_content_loss: float | None,
        threads: int | None,
    ) -> TableTask:
        """A task from the arguments of a helper. Mistakes are found here and not on a worker."""
        if text is not None and html is not None:
            raise TypeError("give text= or html=, not both")
        wanted = tuple(RESULT_COLUMNS if output is None else output)
        for name in wanted:
            if name not in RESULT_COLUMNS:
                raise ValueError(f"there is no result `{name}`; there are: {', '.join(RESULT_COLUMNS)}")
        if text is None and html is None:
            text = "text"
        return cls(text, html, wanted, prefix, None if model is None else fspath(model), max_content_loss, threads)

    @property
    def column(self) -> str:
        """The column that is read."""
        return self.html if self.text is None else self.text  # type: ignore[return-value]

    @property
    def result_names(self) -> list[str]:
        """The names of the columns that are added."""
        return [self.prefix + name for name in self.output]

    def check_columns(self, names: Sequence[str]) -> None:
        """Say what is wrong with a table that has these columns, before anything of it is read."""
        check_names(names, self.result_names)
        if self.column not in names:
            raise KeyError(f"there is no column `{self.column}`; there are: {', '.join(names)}")

    def results(self, table: Any) -> Any:
        """The columns of results."""
        detector = detector_of(self.model, self.max_content_loss, self.threads)
        return detector.filter_table(table, text=self.text, html=self.html, output=self.output)

    def __call__(self, table: Any) -> Any:
        """The table with the columns of results; pyarrow."""
        return with_results(table, self.results(table), self.prefix)
