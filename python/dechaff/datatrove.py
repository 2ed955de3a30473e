"""dechaff as steps of a datatrove pipeline.

    LocalPipelineExecutor([WarcReader("crawl/"), ChaffExtractor(), ChaffFilter(min_words=50), JsonlWriter("clean/")])

needs datatrove.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from os import PathLike, fspath

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.extractors.base import BaseExtractor
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.writers.disk_base import DiskWriter
from datatrove.utils.batching import batched
from datatrove.utils.typeshelper import StatHints

from . import Detection, Detector
from ._options import detector_of


class _Detecting:
    """The detector is made where the step runs: steps are pickled before that."""

    _model: str | None
    _max_content_loss: float | None
    _threads: int

    def _configure(self, model: str | PathLike[str] | None, max_content_loss: float | None, threads: int) -> None:
        self._model = None if model is None else fspath(model)
        self._max_content_loss = max_content_loss
        self._threads = threads

    @property
    def detector(self) -> Detector:
        """The detector of this process."""
        return detector_of(self._model, self._max_content_loss, self._threads)

    @staticmethod
    def _write_access(doc: Document, detection: Detection) -> None:
        doc.metadata["dechaff_access"] = detection.access
        doc.metadata["dechaff_access_probability"] = round(detection.access_probability, 4)


class ChaffFilter(_Detecting, BaseFilter):
    """Takes the chaff out of texts. Documents stay, also those left without content, unless ``drop_gated`` or ``min_words``
    says otherwise.

    ``doc.text`` becomes the content. ``doc.metadata`` gets ``dechaff_access`` (``open``, ``metered`` or ``gated``),
    ``dechaff_access_probability`` and ``dechaff_labels``: of each block, in order, ``start`` and ``end`` (code points of
    the text as it was), ``label`` and ``probability``. Dropped documents keep their text, for the exclusion writer.

    Statistics: blocks by label (``blocks_content``, …), documents by access (``access_gated``, …), ``words``.

    Args:
        drop_gated: drop pages whose text is cut off by a wall.
        min_words: drop documents with fewer words of content; 1 drops those without any.
        labels: write ``dechaff_labels``.
        html: ``doc.text`` is HTML.
        model: a model made by ``dechaff train``.
        max_content_loss: lose at most this share of content words, a fraction (0.001 is 0.1 %, 0.5 is half).
        threads: of each task; an executor runs many tasks on a machine.
        exclusion_writer: where dropped documents go.
        batch_size: documents for each call.
    """

    name = "🌾 Chaff filter"

    def __init__(
        self,
        *,
        drop_gated: bool = False,
        min_words: int = 0,
        labels: bool = True,
        html: bool = False,
        model: str | PathLike[str] | None = None,
        max_content_loss: float | None = None,
        threads: int = 1,
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = 256,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.drop_gated, self.min_words, self.labels, self.html = drop_gated, min_words, labels, html
        self._configure(model, max_content_loss, threads)

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Clean one document; see ``filter_batch``."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """Clean documents, and say which are kept."""
        detections = self.detector.detect_batch([doc.text for doc in batch], html=self.html)
        return [self._apply(doc, detection) for doc, detection in zip(batch, detections)]

    def _apply(self, doc: Document, detection: Detection) -> bool | tuple[bool, str]:
        found, words = detection.to_dict(), detection.content_words
        for label, count in Counter(block["label"] for block in found["blocks"]).items():
            self.stat_update(f"blocks_{label}", value=count)
        self.stat_update(f"access_{found['access']}")
        self.stat_update("words", value=words)
        self._write_access(doc, detection)
        if self.labels:
            doc.metadata["dechaff_labels"] = [
                {
                    "start": block["start"],
                    "end": block["end"],
                    "label": block["label"],
                    "probability": round(block["probability"], 4),
                }
                for block in found["blocks"]
            ]
        if self.drop_gated and found["access"] == "gated":
            return False, "gated"
        if words < self.min_words:
            return False, "too_few_words"
        doc.text = found["content"]
        return True


class ChaffExtractor(_Detecting, BaseExtractor):
    """The content of HTML pages.

    datatrove's other extractors work on one page at a time in a process that can be killed, because they may hang.
    This one's time grows with a page's length and with nothing else, so it works on batches where the step runs.

    ``doc.metadata`` gets ``dechaff_access`` and ``dechaff_access_probability``.

    Args:
        drop_empty: drop pages without content, as datatrove's other extractors do.
        model: a model made by ``dechaff train``.
        max_content_loss: lose at most this share of content words, a fraction (0.001 is 0.1 %, 0.5 is half).
        threads: of each task; an executor runs many tasks on a machine.
        batch_size: pages for each call.
    """

    name = "🌾 Chaff extractor"

    def __init__(
        self,
        *,
        drop_empty: bool = False,
        model: str | PathLike[str] | None = None,
        max_content_loss: float | None = None,
        threads: int = 1,
        batch_size: int = 64,
    ) -> None:
        super().__init__()
        self.drop_empty, self.batch_size = drop_empty, batch_size
        self._configure(model, max_content_loss, threads)

    def extract(self, text: str) -> str:
        """The content of one page."""
        return self.detector.detect_html(text).content

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Extract batch by batch."""
        for batch in batched(data, self.batch_size):
            with self.track_time("batch"):
                detections = self.detector.detect_batch([doc.text for doc in batch], html=True)
            yield from self._extracted(batch, detections)

    def _extracted(self, batch: Iterable[Document], detections: list[Detection]) -> Iterable[Document]:
        for doc, detection in zip(batch, detections):
            self.stat_update(StatHints.total, "extracted", f"access_{detection.access}")
            doc.text = detection.content
            self._write_access(doc, detection)
            if doc.text or not self.drop_empty:
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(doc)
                yield doc
            else:
                self.stat_update(StatHints.dropped)
