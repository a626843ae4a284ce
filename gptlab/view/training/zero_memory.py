"""What one device holds of a training's memory, by ZeRO's stages, as bars with choices."""

from collections.abc import Callable

from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

MODELS = (
    ("GPT-2, 124 M", 124_439_808),
    ("GPT-2, 1.5 B", 1_557_611_200),
    ("ZeRO's, 7.5 B", 7_500_000_000),
    ("GPT-3, 175 B", 175_000_000_000),
)
DEVICES = (1, 8, 64, 1024)
CARD_GB = 80  # of a large card: an A100 or H100
STAGES = ("0 · all whole", "1 · optimizer cut", "2 · + gradients", "3 · + parameters")
WIDTH, LEFT, ROW, TOP = 500, 138, 34, 66
ROOM = WIDTH - LEFT - 92  # pixels of the longest bar


def gigabytes(n_bytes: float) -> str:
    """A number of bytes for the eye: 1.88 GB, 120 GB, 2,800 GB."""
    gb = n_bytes / 1e9
    return f"{gb:,.0f} GB" if gb >= 99.5 else f"{gb:.3g} GB"


PARTS = (  # of one weight's bytes: name, bytes, colour
    ("weight", 2, COLOURS["first"]),
    ("gradient", 2, COLOURS["second"]),
    ("master copy", 4, CYCLE[2]),
    ("m", 4, CYCLE[3]),
    ("v", 4, CYCLE[4]),
)


def sixteen_bytes_picture() -> Picture:
    """One weight's bytes in a training with mixed precision, a box each, and which of them the optimizer keeps."""
    box, x, y = 28.5, 16.0, 62.0
    parts = [svg.text(16, 28, "One weight in training, byte by byte", 15, weight=600)]
    for name, n_bytes, colour in PARTS:
        wide = n_bytes * box
        parts += [
            svg.rect(x + i * box + 1, y, box - 2, 30, colour, 3, opacity=0.75)
            for i in range(n_bytes)
        ]
        parts.append(svg.text(x + wide / 2, y - 10, name, 13, "middle"))
        parts.append(svg.text(x + wide / 2, y + 48, f"{8 * n_bytes} bits", 12, "middle", FAINT))
        x += wide
    left = x - 12 * box
    total = sum(n_bytes for _, n_bytes, _ in PARTS)
    parts += [
        svg.line(left + 2, y + 62, x - 2, y + 62, FAINT, 1.5),
        svg.text((left + x) / 2, y + 80, "the optimizer's state: 12 bytes", 13, "middle"),
    ]
    said = ", ".join(f"{name} {n_bytes}" for name, n_bytes, _ in PARTS)
    alt = f"The {total} bytes of one weight in training: {said}. The last three are the optimizer's state."
    return Picture(svg.document(WIDTH, y + 96, parts, alt), alt)


def memory_picture(memory: Callable, model: int, devices: int) -> Picture:
    """Four bars, one for each stage, worked out by `memory`, the learner's zero_memory_bytes."""
    (name, n_params), n_devices = MODELS[model], DEVICES[devices]
    held = [float(memory(n_params, n_devices, stage)) for stage in range(4)]
    plural = "device" if n_devices == 1 else "devices"
    title = f"{name} parameters, {n_devices} {plural}"
    parts = [
        svg.text(14, 28, title, 15, weight=600),
        svg.text(14, 50, "memory on each device, without activations", 13, fill=FAINT),
    ]
    for stage, n_bytes in enumerate(held):
        y, fits = TOP + stage * ROW, n_bytes <= CARD_GB * 1e9
        length = ROOM * n_bytes / max(held[0], CARD_GB * 1e9)
        parts += [
            svg.text(LEFT - 8, y + 20, STAGES[stage], 13, "end"),
            svg.rect(LEFT, y + 6, max(1.5, length), 20, CYCLE[2] if fits else COLOURS["wrong"], 2),
            svg.text(LEFT + length + 8, y + 21, gigabytes(n_bytes), 13, fill=INK),
        ]
    line = LEFT + ROOM * CARD_GB * 1e9 / max(held[0], CARD_GB * 1e9)
    foot = TOP + 4 * ROW
    parts += [
        svg.line(line, TOP, line, foot + 4, COLOURS["floor"], 1.5, "2 3"),
        svg.text(min(line, WIDTH - 90), foot + 20, f"one card: {CARD_GB} GB", 13, "middle", FAINT),
    ]
    said = ", ".join(f"stage {stage} {gigabytes(n)}" for stage, n in enumerate(held))
    alt = f"{title}; memory on each device: {said}. One card has {CARD_GB} GB."
    return Picture(svg.document(WIDTH, foot + 34, parts, alt), alt)


def memory_widget(memory: Callable) -> None:
    """Show the bars, with buttons for the model and the number of devices."""
    show_frames(
        [
            Choice("parameters", tuple(name for name, _ in MODELS), 2),
            Choice("devices", tuple(map(str, DEVICES)), 2),
        ],
        lambda model, devices: memory_picture(memory, model, devices),
    )
