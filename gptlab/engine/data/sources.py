"""Texts that can be had from the network: where, how large, under which licence, and who says so.

Sizes are those that the pages in `page` state. Where no checksum is given, none could be verified when this was
written: the one of the first download is kept beside the file, and later ones are held against it.
"""

from dataclasses import dataclass
from pathlib import Path

from gptlab.engine.data.download import DownloadError

HUGGING_FACE = "https://huggingface.co/datasets"
PARQUET = ".parquet"
ROWS_AT_ONCE = 1024
NEEDS_PYARROW = "is a Parquet file: `pip install 'gptlab[data]'` (pyarrow), then the same command makes text of it"


@dataclass(frozen=True)
class Source:
    """One file that can be downloaded."""

    name: str
    about: str
    url: str
    megabytes: float
    licence: str
    page: str  # where size and licence are stated
    sha256: str | None = None

    @property
    def file_name(self) -> str:
        """What the downloaded file is called: its name here, with the ending that it has there."""
        return self.name + Path(self.url).suffix


SOURCES = {
    one.name: one
    for one in (
        Source(
            "tinyshakespeare",
            "40,000 lines of Shakespeare's plays (Karpathy 2015, char-rnn)",
            "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
            1.1,
            "public domain",
            "https://github.com/karpathy/char-rnn",
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        ),
        Source(
            "tinystories",
            "stories in the words of a small child, by GPT-4; the validation file (Eldan & Li 2023)",
            f"{HUGGING_FACE}/roneneldan/TinyStories/resolve/main/TinyStoriesV2-GPT4-valid.txt",
            22.5,
            "CDLA-Sharing-1.0",
            f"{HUGGING_FACE}/roneneldan/TinyStories",
        ),
        Source(
            "tinystories-train",
            "the training file of the same",
            f"{HUGGING_FACE}/roneneldan/TinyStories/resolve/main/TinyStoriesV2-GPT4-train.txt",
            2230,
            "CDLA-Sharing-1.0",
            f"{HUGGING_FACE}/roneneldan/TinyStories",
        ),
        Source(
            "fineweb-edu-sample",
            "web pages that a model found instructive: one shuffled shard of FineWeb-Edu (Penedo et al. 2024), "
            "as nanochat reads it",
            f"{HUGGING_FACE}/karpathy/fineweb-edu-100b-shuffle/resolve/main/shard_00000.parquet",
            90,
            "ODC-By 1.0",
            f"{HUGGING_FACE}/HuggingFaceFW/fineweb-edu",
        ),
    )
}


def source(name: str) -> Source:
    """The source of that name.

    Raises DownloadError naming all of them when there is none.
    """
    if name not in SOURCES:
        raise DownloadError(f"no text {name!r}: choose from {', '.join(SOURCES)}")
    return SOURCES[name]


def text_of_parquet(file: Path) -> Path:
    """Write the column `text` of a Parquet file beside it as a text file, an empty line between two documents.

    Raises DownloadError when pyarrow is not installed, or the file is none or has no such column.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise DownloadError(f"{file}: {NEEDS_PYARROW}") from None
    target = file.with_suffix(".txt")
    aside = target.with_name(f".{target.name}.tmp")
    try:
        table = parquet.ParquetFile(file)
        with aside.open("w", encoding="utf-8") as out:
            for batch in table.iter_batches(ROWS_AT_ONCE, columns=["text"]):
                for text in batch.column(0).to_pylist():
                    out.write(f"{(text or '').strip()}\n\n")
        if not aside.stat().st_size:
            raise DownloadError(f"{file}: has no column of the name text")
        aside.replace(target)
    except (pyarrow.ArrowException, KeyError, IndexError) as error:
        raise DownloadError(
            f"{file}: no Parquet file with a text in it ({' '.join(str(error).split())[:90]})"
        ) from None
    finally:
        aside.unlink(missing_ok=True)
    return target
