"""Bodies that may run where a blank is empty and its reference is not there.

The engine offers them (gptlab/engine/model/torch_stand_ins.py), `blanks.lend` lets them run.
"""

from collections.abc import Callable

offered: dict[str, Callable] = {}  # by key
lent: set[str] = set()  # the keys for which they may run
