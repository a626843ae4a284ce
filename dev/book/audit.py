"""What must hold for every page of the built website: it loads nothing from elsewhere, links lead somewhere,
and every picture says what it shows."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
LOADING_LINKS = {
    "stylesheet",
    "icon",
    "shortcut",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "manifest",
    "apple-touch-icon",
}
ELSEWHERE = re.compile(r"\s*(?:https?:)?//")
STYLE_LOADS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])\s*((?:https?:)?//[^'\")\s]+)")


class Page(HTMLParser):
    """The addresses that a page loads, the links it offers, its anchors, its pictures without a description."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.undescribed: list[str] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        if tag in LOADS and found.get(LOADS[tag]):
            self.loads.append(found[LOADS[tag]])
        if tag == "link" and LOADING_LINKS & set(found.get("rel", "").lower().split()):
            self.loads.append(found.get("href", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "img" and not _describes(found.get("alt", ""), found.get("src", "")):
            self.undescribed.append(found.get("src", "")[:80])
        self.loads += [
            part.split()[0] for part in found.get("srcset", "").split(",") if part.strip()
        ]
        self.loads += STYLE_LOADS.findall(found.get("style", ""))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.loads += STYLE_LOADS.findall(data)


def _describes(alt: str, source: str) -> bool:
    """Whether a picture's text says something: Sphinx puts the file's name where nobody wrote any."""
    return bool(alt.strip()) and not alt.strip().endswith(source.rsplit("/", 1)[-1] or "/")


def faults(site: Path) -> list[str]:
    """What is wrong with a built site, a line each; nothing when all is well."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        found += [
            f"{name} loads {address} from elsewhere"
            for address in page.loads
            if ELSEWHERE.match(address)
        ]
        found += [
            f"{name} has a picture without a description: {source}" for source in page.undescribed
        ]
        found += [
            f"{name} links to {link}, which is not there"
            for link in page.links
            if not _leads(link, path, pages)
        ]
    for path in sorted(site.rglob("*.css")):
        style = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{path.relative_to(site).as_posix()} loads {address}"
            for address in STYLE_LOADS.findall(style)
        ]
    return found


def _leads(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    """Whether a link within the site has a target; links to elsewhere are not followed."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return False
    anchor = unquote(parts.fragment)
    return not anchor or target not in pages or anchor in pages[target].anchors
