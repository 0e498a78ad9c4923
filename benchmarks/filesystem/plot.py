"""A plot of ratios: how the first folder compares with the best of the others, row by row."""

import math
from xml.sax.saxutils import escape

from summary import Line
from target import Target

ROW_PX = 22
LABEL_PX = 150
PLOT_PX = 560
TOP_PX = 54
# The axis is logarithmic; what is beyond it ends at its edge, with its number beside.
LOWEST, HIGHEST = 1 / 16, 16


def svg(targets: list[Target], lines: list[Line]) -> str:
    """The text of an SVG file."""
    with_ratio = [(line.row.name, line.ratio()) for line in lines if line.ratio() is not None]
    height = TOP_PX + ROW_PX * len(with_ratio) + 16
    width = LABEL_PX + PLOT_PX + 60
    others = ", ".join(target.folder for target in targets[1:])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="8" y="18" font-size="14">{escape(targets[0].folder)}: times as good as the best of {escape(others)}</text>',
    ]
    mark = LOWEST
    while mark <= HIGHEST:
        x = _x(mark)
        label = f"{mark:g}" if mark >= 1 else f"1/{1 / mark:g}"
        parts.append(f'<line x1="{x:.1f}" y1="{TOP_PX - 8}" x2="{x:.1f}" y2="{height - 10}" stroke="{"black" if mark == 1 else "#ddd"}"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP_PX - 14}" text-anchor="middle" fill="#555">{label}</text>')
        mark *= 2
    for index, (name, ratio) in enumerate(with_ratio):
        y = TOP_PX + ROW_PX * index
        left, right = sorted((_x(1), _x(ratio)))
        color = "#2a7f3f" if ratio >= 1 else "#b5442e"
        parts.append(f'<text x="{LABEL_PX - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{left:.1f}" y="{y + 2}" width="{max(1, right - left):.1f}" height="{ROW_PX - 8}" fill="{color}"/>')
        parts.append(f'<text x="{right + 5:.1f}" y="{y + 13}">{ratio:.2f}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _x(ratio: float) -> float:
    bounded = min(HIGHEST, max(LOWEST, ratio))
    return LABEL_PX + PLOT_PX * math.log(bounded / LOWEST) / math.log(HIGHEST / LOWEST)
