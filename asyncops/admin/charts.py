"""Charts as SVG, drawn on the server: no script, no font and no colour of their own, so they fit every theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pygal
from django.utils.safestring import SafeString
from pygal.etree import etree
from pygal.style import Style

from asyncops.overview import Hour
from asyncops.states import State

ENDINGS: Final = (State.SUCCESS, State.FAILED, State.CANCELLED)  # from the bottom of a bar upwards
HATCH: Final = "op-hatch"  # failed: told from the others without colour
DOTS: Final = "op-dots"  # cancelled
_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--body-fg)",
    foreground_strong="var(--body-fg)",
    foreground_subtle="var(--body-quiet-color)",
    guide_stroke_color="var(--hairline-color)",
    major_guide_stroke_color="var(--border-color)",
    colors=("var(--op-success)", f"url(#{HATCH})", f"url(#{DOTS})"),
    opacity=1,
    opacity_hover=1,
    transition="none",
    font_family="inherit",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    no_data_font_size=16,
)


def operations_by_hour(hours: Sequence[Hour]) -> SafeString:
    """A bar for each hour, of operations that ended in it, by state."""
    chart = pygal.StackedBar(
        style=_STYLE,
        js=[],
        width=1000,
        height=250,
        margin=4,
        spacing=6,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(ENDINGS),
        legend_box_size=16,
        truncate_label=-1,
        show_minor_x_labels=False,
        disable_xml_declaration=True,
        no_data_text="No operation ended in the last 24 hours",
        min_scale=1,
        max_scale=5,
        value_formatter=lambda value: f"{value:,.0f}",
    )
    chart.x_labels = [hour.begins.strftime("%H:00") for hour in hours]
    chart.x_labels_major = chart.x_labels[::4]
    for state in ENDINGS:
        chart.add(state.value, [hour.operations.get(state, 0) or None for hour in hours])
    chart.add_xml_filter(_finished)
    drawn: str = chart.render(is_unicode=True)
    return SafeString(drawn)  # of our own words and of numbers


def _finished(root: Any) -> Any:
    """Without pygal's script, and with the fills of the bars; a page has one such chart, so their ids are its own."""
    definitions = root.find("defs")
    for script in definitions.findall("script"):
        definitions.remove(script)
    hatch = _pattern(definitions, HATCH, "var(--op-failed)", size=6)
    etree.SubElement(
        hatch, "path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", style="stroke:var(--body-bg);stroke-width:1.5"
    )
    dots = _pattern(definitions, DOTS, "var(--op-cancelled)", size=5)
    etree.SubElement(dots, "circle", cx="2.5", cy="2.5", r="1.2", style="fill:var(--body-bg)")
    return root


def _pattern(definitions: Any, name: str, colour: str, *, size: int) -> Any:
    side = str(size)
    made = etree.SubElement(definitions, "pattern", id=name, width=side, height=side, patternUnits="userSpaceOnUse")
    etree.SubElement(made, "rect", width=side, height=side, style=f"fill:{colour}")
    return made
