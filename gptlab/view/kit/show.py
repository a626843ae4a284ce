"""`show`: puts a picture into a notebook so that a live notebook, a web page and a screen reader can all use it.

What reads a bundle takes the richest form it knows:

    a running notebook     the widget, where there is one
    a page, GitHub, a      text/html: the picture as <img>, with `alt`; JupyterLab keeps it even in a
    notebook not yet run   notebook that it does not trust, where it drops a bare SVG
    a terminal, nbval      text/plain: `alt`

image/svg+xml is there too, for tools that want the drawing itself.
"""

import base64
from html import escape

from matplotlib.figure import Figure

from gptlab.view.kit import style


def show(picture: str | Figure, alt: str, widget=None) -> None:
    """Display a picture (an SVG or a figure) with its description, live as a widget where there is one.

    alt     one or two sentences that say what is to be seen, for those who cannot see it
    widget  an ipywidget that does the same live; where nothing is live, the picture stands in its place
    """
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(alt)
    else:
        display(bundle(picture, alt, widget), raw=True)


def bundle(picture: str | Figure, alt: str, widget=None) -> dict:
    """What `show` displays: {mime type: content}.

    Raises ValueError when alt is empty, or the picture is neither an SVG nor a figure.
    """
    if not alt.strip():
        raise ValueError("alt is empty: say in a sentence what the picture shows")
    svg = style.to_svg(picture, alt) if isinstance(picture, Figure) else picture
    if not (isinstance(svg, str) and svg.lstrip().startswith("<svg")):
        raise ValueError(
            f"a picture is a figure or a text that begins with <svg, not {str(picture)[:40]!r}"
        )
    views = {} if widget is None else widget._repr_mimebundle_()
    live = {kind: view for kind, view in views.items() if kind != "text/plain"}
    return {**live, "text/html": image_html(svg, alt), "image/svg+xml": svg, "text/plain": alt}


def image_html(svg: str, alt: str) -> str:
    """The picture as an <img> that needs no file beside it and never overflows its column.

    `dark-light` tells the website's theme that it is good for a dark page as it is.
    """
    data = base64.b64encode(svg.encode()).decode()
    look = 'class="dark-light" style="max-width:100%;height:auto"'
    return f'<img alt="{escape(alt)}" {look} src="data:image/svg+xml;base64,{data}">'
