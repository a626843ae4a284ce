"""A model of the Hugging Face hub, for those who have a network; everything else here works without."""

import re
from pathlib import Path

from gptlab.engine.exchange.folders import CannotExchange

FILES = ["*.json", "merges.txt", "*.safetensors"]  # no pickles
NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def find(source: str | Path) -> Path:
    """A folder as it is, or the hub's model of that name, fetched into Hugging Face's own cache.

    Raises CannotExchange when it is neither, or the hub cannot be reached.
    """
    if Path(source).exists() or not NAME.fullmatch(str(source)):
        return Path(source)
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils import disable_progress_bars
    except ImportError:
        raise CannotExchange(
            f"{source}: no such folder; to fetch a model of that name: pip install 'gptlab[hub]'"
        ) from None
    disable_progress_bars()
    try:
        return Path(snapshot_download(str(source), allow_patterns=FILES))
    except Exception as error:  # the library and what it stands on raise many kinds
        kind = type(error).__name__
        raise CannotExchange(
            f"{source}: no such folder, and it cannot be fetched from huggingface.co ({kind}): check the name and "
            "the network, or name a folder"
        ) from None
