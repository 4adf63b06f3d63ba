"""
Papers for people: headings, paragraphs, tables and blank lines to sign on, as text and as HTML to print.

One paper is written once, and rendered twice. All that is in it may be as an attacker wrote it: `clean`
stands before both, and HTML has autoescape, no script, and a policy that loads nothing.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from forensics.formats.display import clean

DRAFT = "DRAFT, NOT SIGNED. This is not legal advice: have counsel review it before anybody signs it."
STYLE = "style.css"
MOST = 2_000
"""Characters of one text."""
WIDTH, NAMES, PAGE = 96, 36, 60
"""Of a page of text: characters in a line and in a name of a table, lines on a page."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `code`: a command, or what is to be compared letter by letter."""

    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; without headings, each row is a name and its value."""

    rows: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """Lines to be filled in by hand, each under its label."""

    labels: tuple[str, ...]


Block = Text | Table | Blank


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `banner` stands on every page, if there is one."""

    title: str
    sections: tuple[Section, ...]
    banner: str = ""

    def html(self) -> str:
        """Render it as one HTML file that stands alone."""
        environment = Environment(
            loader=PackageLoader("forensics.reports"),
            autoescape=True,
            finalize=_clean,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = environment.get_template(STYLE).render()
        digest = base64.b64encode(sha256(style.encode()).digest()).decode("ascii")
        template = environment.get_template("paper.html")
        return template.render(paper=self, style=STYLE, digest=digest, kind=_kind)

    def text(self) -> str:
        """Render it as plain text, in pages that each begin with the banner."""
        lines = [clean(self.title, MOST).upper(), ""]
        for section in self.sections:
            lines += ["", clean(section.heading, MOST), "-" * min(len(section.heading), WIDTH)]
            for block in section.blocks:
                lines += ["", *_lines(block)]
        room = PAGE - 4 if self.banner else PAGE
        pages = [lines[at : at + room] for at in range(0, len(lines), room)]
        return "\f".join(self._page(number, len(pages), page) for number, page in enumerate(pages, 1))

    def _page(self, number: int, count: int, lines: Sequence[str]) -> str:
        head = [f"*** {self.banner} ***", f"page {number} of {count}", ""] if self.banner else []
        return "\n".join([*head, *lines]) + "\n"


def _clean(value: object) -> str:
    return clean(value, MOST)


def _kind(block: Block) -> str:
    return type(block).__name__


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(text, code=True):
            yield f"    {clean(text, MOST)}"
        case Text(text):
            yield from textwrap.wrap(clean(text, MOST), WIDTH)
        case Table(rows, headings):
            yield from _rows(rows, headings)
        case Blank(labels):
            for label in labels:
                yield f"{clean(label, MOST)}: {'_' * 50}"
                yield ""


def _rows(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> Iterator[str]:
    """Write a table: a page is narrow, so of one with headings each row is a block of its own."""
    width = max((len(clean(name)) for name in headings or [row[0] for row in rows]), default=0)
    width = min(width, NAMES) + 4
    for row in rows:
        cells = [clean(cell, MOST) for cell in row]
        named = zip(headings, cells, strict=True) if headings else [(cells[0], " ".join(cells[1:]))]
        for at, (name, cell) in enumerate(named):
            mark = "- " if headings and not at else "  "
            lines = textwrap.wrap(cell, WIDTH - width, break_long_words=False) or [""]
            yield f"{mark + name:<{width}}  {lines[0]}".rstrip()
            yield from (f"{'':<{width}}  {line}" for line in lines[1:])
