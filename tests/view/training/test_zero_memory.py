"""The bytes of one weight, drawn."""

from gptlab.scaling import zero_memory_bytes
from gptlab.view.training.zero_memory import PARTS, sixteen_bytes_picture
from tests.support.pictures import words_in


def test_sixteen_bytes_are_those_of_the_function():
    image, alt = sixteen_bytes_picture()
    total = sum(n_bytes for _, n_bytes, _ in PARTS)
    assert total == zero_memory_bytes(1, 1, 0) and f"The {total} bytes" in alt
    assert {"weight", "gradient", "master copy", "m", "v", "32 bits"} <= set(words_in(image))
