"""The colours of the course, each with its meaning, and the fonts that know Chinese, as constants."""

COLOURS = {  # the same colour means the same thing in every lesson
    "base": "#6b7280",  # grey: the pretrained model
    "sft": "#0072b2",  # blue
    "ppo": "#d55e00",  # orange
    "ppo_ptx": "#00845f",  # green
    "gold": "#b88700",  # the gold labeler: what people want
    "floor": "#1f2937",  # dotted: what no model can pass
    "you": "#a2337a",  # purple: what the reader chose or wrote
}
CYCLE = [  # for things without a colour of their own; the colour-blind see them differ too
    "#0072b2",
    "#d55e00",
    "#00845f",
    "#a2337a",
    "#56b4e9",
    "#8c6d00",
    "#6b7280",
]
INK = "#1f2937"  # text
FAINT = "#5b6472"  # lesser text
EDGE = "#d6d3cc"  # rules
PANEL = "#fcfbf8"  # the background of every picture
FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', "
    "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
)
