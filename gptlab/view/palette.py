"""The colours of the course, each with its meaning, and the fonts that know Chinese, as constants."""

STAGES = ("base", "sft", "ppo", "ppo_ptx")  # of training; their colours are used for nothing else

COLOURS = {  # the same colour means the same thing in every lesson
    "base": "#6b7280",  # grey: the pretrained model
    "sft": "#0072b2",  # blue
    "ppo": "#d55e00",  # orange
    "ppo_ptx": "#00845f",  # green
    "gold": "#b88700",  # the gold labeler: what people want
    "floor": "#1f2937",  # dotted: what no model can pass
    "you": "#a2337a",  # purple: what the reader chose or wrote
    "first": "#4a63d3",  # royal blue: amounts, and the first side of a pair: values, plus, own
    "second": "#df6340",  # coral orange: the other side: gradients, minus, the other text
    "right": "#3f7d20",  # leaf green: what is right, or good
    "wrong": "#b91c1c",  # red: what is wrong, or never seen, or cut off
    "neutral": "#8d8c88",  # light grey: what has no colour of its own
}
CYCLE = (  # for several things without a colour of their own; the colour-blind tell them apart too
    COLOURS["first"],
    COLOURS["second"],
    "#158a93",  # teal
    "#7d4fc4",  # violet
    "#56b4e9",  # sky
    "#8c6d00",  # olive
    "#7a5c4d",  # brown
)
NETWORKS = {  # wherever architectures are compared
    "window of 8": COLOURS["neutral"],
    "RNN": COLOURS["second"],
    "GRU": COLOURS["first"],
    "GRU, bias 3": CYCLE[3],
    "Transformer": CYCLE[2],
}
INK = "#1f2937"  # text
FAINT = "#5b6472"  # lesser text
EDGE = "#d6d3cc"  # rules
PANEL = "#fcfbf8"  # the background of every picture
FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', "
    "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
)
