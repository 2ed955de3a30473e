from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias, TypedDict, final, type_check_only

__version__: str
LABELS: list[str]
RESULT_COLUMNS: list[str]

Access: TypeAlias = Literal["open", "metered", "gated"]

@type_check_only
class BlockDict(TypedDict):
    text: str
    label: str
    probability: float
    start: int
    end: int

@type_check_only
class DetectionDict(TypedDict):
    access: Access
    access_probability: float
    content: str
    blocks: list[BlockDict]

@final
class Block:
    """One labelled block. Offsets are in code points: for a text, ``text[block.start : block.end]`` is the line."""

    def __new__(cls, text: str, label: str, probability: float, start: int, end: int) -> Block: ...
    @property
    def text(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def probability(self) -> float: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...

@final
class Detection:
    """A document with a label for each block."""

    @property
    def blocks(self) -> list[Block]: ...
    @property
    def content(self) -> str: ...
    @property
    def content_words(self) -> int: ...
    @property
    def access(self) -> Access: ...
    @property
    def access_probability(self) -> float: ...
    @property
    def probabilities(self) -> list[list[float]]: ...
    def text_of(self, *labels: str) -> str: ...
    def to_dict(self) -> DetectionDict: ...

@final
class Detector:
    """Labels documents."""

    def __new__(
        cls,
        model: str | PathLike[str] | None = None,
        *,
        max_content_loss: float | None = None,
        threads: int | None = None,
    ) -> Detector: ...
    def detect_text(self, text: str | bytes) -> Detection: ...
    def detect_html(self, html: str | bytes) -> Detection: ...
    def detect_batch(self, documents: Iterable[str | bytes], *, html: bool = False) -> list[Detection]: ...
    def filter_table(
        self,
        table: Any,
        *,
        text: str | None = None,
        html: str | None = None,
        output: Sequence[str] | None = None,
    ) -> Any: ...
    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]: ...

def decode(page: bytes, charset: str | None = None) -> str: ...
def restore_detection(bytes: bytes) -> Detection: ...
