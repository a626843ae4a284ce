"""What the tests read from a drawn picture: its texts, what is marked in it, whether all boxes lie inside."""

import xml.etree.ElementTree as ET

NS = "{http://www.w3.org/2000/svg}"


def words_in(svg):
    """The texts of a picture, in the order in which they are drawn."""
    return [t.text or "" for t in ET.fromstring(svg).iter(f"{NS}text")]


def marked_in(svg):
    """The texts that stand on the reader's colour."""
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text") if t.get("fill") == "#ffffff"]


def within(svg):
    """Whether every box lies inside the picture."""
    root = ET.fromstring(svg)
    wide = float(root.get("width"))
    return all(
        float(r.get("x", 0)) + float(r.get("width")) <= wide + 0.5 for r in root.iter(f"{NS}rect")
    )
