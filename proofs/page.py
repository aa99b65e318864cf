"""Proof: the report of an evaluation, in a real browser, from a telephone's width to a desk's, light and dark.

Ordinary, hostile and large ones, with everything opened: nothing is wider than the window, nothing is asked for from
elsewhere, texts stand out from their paper (WCAG AA), links lead somewhere, and nothing that models wrote is run.
Leaves pictures in .cache/page/. Prints a table; exits with 1 when something does not hold, with 2 without a browser.

    python3 scripts/prove.py page [--browser PROGRAM]
"""

import argparse
import json
import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from browsers import find, markup, picture
from fusion_mcp.evaluation.reporting.comparison import compare
from fusion_mcp.evaluation.reporting.findings import Made
from fusion_mcp.evaluation.reporting.report_html import report_html
from fusion_mcp.evaluation.reporting.summarizing import summarize
from scripted.evaluated import HOSTILE, configurations, evaluated, tasks
from tables import conclude, show

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent / ".cache" / "page"
WIDTHS = (380, 1400)
_PLANTED = 5
MADE = Made(date="2026-01-01", version="0", python="3")


def main() -> None:
    """Look at every page in every way."""
    parser = argparse.ArgumentParser(prog="prove.py page")
    parser.add_argument("--browser", metavar="PROGRAM", help="a browser built on Chromium, if it is not found")
    browser = find(parser.parse_args().browser)
    PLACE.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[object, ...]] = []
    faults = [] if _sees_faults(browser) else ["a page that was spoilt on purpose passed, so nothing here is proved"]
    for name, page in _pages():
        for width in WIDTHS:
            for is_dark in (False, True):
                began = time.monotonic()
                found = list(_faults(browser, name, page, width, is_dark=is_dark))
                way = f"{name}, {width} px, {'dark' if is_dark else 'light'}"
                faults += [f"{way}: {fault}" for fault in found]
                spent = f"{time.monotonic() - began:.1f} s"
                rows.append(
                    (name, width, "dark" if is_dark else "light", f"{len(page) / 1e6:.1f} MB", spent, len(found))
                )
    show(("page", "px", "colours", "size", "looked at in", "faults"), rows)
    print(f"\nPictures: {PLACE}")
    conclude(faults, f"{len(rows)} views")


def _pages() -> Iterator[tuple[str, str]]:
    three, six = configurations(), configurations(("alpha", "beta", "gamma", "delta"))
    style = files("fusion_mcp.evaluation.reporting").joinpath("report.css").read_text(encoding="utf-8")
    for name, count, criteria, configured, text in (
        ("ordinary", 8, 4, three, ""),
        ("hostile", 6, 4, three, HOSTILE),
        ("large", 100, 39, six, ""),
    ):
        part = evaluated(asked=tasks(count, criteria), configured=configured, text=text, gradings=1)
        yield name, report_html(summarize(compare([part])), MADE, style)


def _faults(browser: str, name: str, page: str, width: int, *, is_dark: bool) -> Iterator[str]:
    as_it_is = _put(f"{name}.html", page)
    picture(browser, as_it_is, width, PLACE / f"{name}-{width}-{'dark' if is_dark else 'light'}.png", is_dark=is_dark)
    if "<title>Evaluation: " not in markup(browser, as_it_is, width, is_dark=is_dark):
        yield "its title was changed: something in it was run"
    measured = markup(browser, _put(f"{name}-measured.html", _to_measure(page, name)), width, is_dark=is_dark)
    found = re.search(r'<div id="measured">(.*?)</div>', measured, re.DOTALL)
    if found is None:
        yield "it could not be measured"
        return
    yield from json.loads(found[1])


def _sees_faults(browser: str) -> bool:
    """Whether what is measured finds fault with a page that has them all."""
    bad = '<p style="width:9000px;color:#777;background:#888">pale</p><a href="#nowhere">x</a><img src="file:///x">'
    page = f"<!doctype html><title>Evaluation: </title><body><main>{bad}</main></body>"
    return len(set(_faults(browser, "spoilt", page, WIDTHS[0], is_dark=False))) >= _PLANTED


def _to_measure(page: str, name: str) -> str:
    """Let our own script in, and open everything, but for the page that is too long to be opened at once."""
    script = (HERE / "page_measures.js").read_text(encoding="utf-8")
    without_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    opened = without_policy if name == "large" else without_policy.replace("<details", "<details open")
    return opened.replace("</body>", f"<script>{script}</script></body>")


def _put(name: str, content: str) -> Path:
    path = PLACE / name
    path.write_text(content, encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
