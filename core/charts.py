"""Charts drawn by the server: SVG that needs no style sheet and no script, and the same figures as a table.

The drawing is 360 units wide, so that its text is still read on a phone of 320 pixels; a page limits it by width.
Colours and patterns are presentation attributes (the CSP forbids inline style); classes let a style sheet refine them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.hashing import digest

Value = Decimal | int | None
Series = Sequence[tuple[str, Sequence[Value]]]

WIDTH = 360
PLOT_HEIGHT = 190
TEXT = 14
COLOURS = ("#a61b1b", "#1f5f8b", "#8a6100", "#2e7d4f", "#6a4c93", "#57606a")
INK, GRID = "#1f2328", "#d0c8bd"
_DASHES = ("", "7 3", "2 3", "10 3 2 3", "4 4", "1 4")
_MOST_LABELS = 24


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its figures; `rows` are a label and one text a series, `columns` their headings."""

    svg: SafeString
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def bars(title: str, desc: str, labels: Sequence[str], series: Series, unit: str = "") -> Chart:
    """Upright bars side by side, one group a label. Values: Decimal, int, or None where there is none."""
    plot = _Plot("bars", title, desc, labels, series, unit)
    plot.frame(plot.values())
    breadth = plot.slot * 0.8 / max(len(series), 1)
    for index, label in enumerate(labels):
        for number, (name, values) in enumerate(series):
            left = plot.centre(index) - plot.slot * 0.4 + number * breadth
            plot.bar(left, breadth, Decimal(0), values[index], number, f"{label} {name}")
    return plot.chart()


def stacked_bars(title: str, desc: str, labels: Sequence[str], series: Series, unit: str = "") -> Chart:
    """Upright bars in layers, one bar a label; what is negative hangs below the line."""
    plot = _Plot("stacked", title, desc, labels, series, unit)
    columns = [[values[index] or 0 for _name, values in series] for index in range(len(labels))]
    ups = [sum(value for value in column if value > 0) for column in columns]
    downs = [sum(value for value in column if value < 0) for column in columns]
    plot.frame([*ups, *downs] if plot.values() else [])
    for index, label in enumerate(labels):
        up = down = Decimal(0)
        for number, (name, values) in enumerate(series):
            value = values[index]
            start = down if value is not None and value < 0 else up
            plot.bar(plot.centre(index) - plot.slot * 0.35, plot.slot * 0.7, start, value, number, f"{label} {name}")
            up, down = up + max(value or 0, 0), down + min(value or 0, 0)
    return plot.chart()


def lines(title: str, desc: str, labels: Sequence[str], series: Series, unit: str = "") -> Chart:
    """A line a series, with its own dashes and marks; it breaks where there is no value."""
    plot = _Plot("lines", title, desc, labels, series, unit)
    plot.frame(plot.values())
    for number, (name, values) in enumerate(series):
        runs: list[list[tuple[float, float]]] = [[]]
        for index, value in enumerate(values):
            if value is None:
                runs.append([])
                continue
            runs[-1].append((plot.centre(index), plot.height_of(Decimal(value))))
        for run in runs:
            plot.line(run, number)
        for index, value in enumerate(values):
            if value is not None:
                point = (plot.centre(index), plot.height_of(Decimal(value)))
                plot.add(_mark(*point, number, plot.tip(f"{labels[index]} {name}", value)))
    return plot.chart()


def horizontal_bars(title: str, desc: str, labels: Sequence[str], series: Series, unit: str = "") -> Chart:
    """Lying bars with the label above and the value behind: for long names and many rows."""
    plot = _Plot("lying", title, desc, labels, series, unit)
    values = [Decimal(value) for value in plot.values()]
    if not values:
        plot.frame([])
        return plot.chart()
    low, high = min(Decimal(0), *values), max(Decimal(0), *values)
    room = WIDTH - 8 - max(_breadth(_figure(value)) for value in values)
    scale = room / float(high - low or 1)
    zero = float(-low) * scale
    plot.legend()
    for index, label in enumerate(labels):
        plot.y += TEXT + 5
        plot.text(0, plot.y, label)
        for number, (name, column) in enumerate(series):
            value = column[index]
            length = float(value or 0) * scale
            box = {"x": zero + min(length, 0), "y": plot.y + 5, "width": max(abs(length), 0.8), "height": 12}
            plot.box(box, number, plot.tip(f"{label} {name}", value))
            plot.text(zero + max(length, 0) + 5, plot.y + 15.5, _figure(value))
            plot.y += 16
        axis = {"x1": zero, "x2": zero, "y1": plot.y - 16.0 * len(series) + 2, "y2": plot.y + 4.0}
        plot.add(_tag("line", class_="chart-axis", stroke=INK, **axis))
        plot.y += 4
    return plot.chart()


def ticks(low: Decimal, high: Decimal, wanted: int = 4) -> list[Decimal]:
    """About `wanted` round numbers (1, 2, 2.5 or 5 times a power of ten) that hold `low`, `high` and 0 between them."""
    low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = Decimal(1)
    rough = (high - low) / wanted
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * number for number in range(first, last + 1)]


def _figure(value: Value) -> str:
    return "—" if value is None else f"{value:,}"


def _breadth(text: str) -> float:
    """About how wide the text is: a Chinese character is as wide as high, a Latin one a little over half."""
    return sum(TEXT if ord(char) > 0x2E80 else TEXT * 0.58 for char in text)


def _attribute(key: str) -> str:
    """Names in Python for names in SVG, which has a few in camel case."""
    return key if key in {"viewBox", "patternUnits"} else key.rstrip("_").replace("_", "-")


def _written(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else conditional_escape(value)


def _tag(name: str, content: str = "", /, **attributes: str | float) -> SafeString:
    """An SVG element; `class_` stands for class, `font_size` for font-size; content and values are escaped."""
    inside = "".join(f' {_attribute(key)}="{_written(value)}"' for key, value in attributes.items())
    return SafeString(f"<{name}{inside}>{conditional_escape(content)}</{name}>")


def _join(parts: Iterable[str]) -> SafeString:
    return SafeString("".join(conditional_escape(part) for part in parts))


def _mark(x: float, y: float, number: int, tip: SafeString) -> SafeString:
    """A disc, square, triangle or diamond: lines are told apart without their colour."""
    look = {"fill": COLOURS[number], "stroke": "#fff", "class_": f"chart-series-{number + 1}"}
    if number % 4 == 0:
        return _tag("circle", tip, cx=x, cy=y, r=4.0, **look)
    if number % 4 == 1:
        return _tag("rect", tip, x=x - 3.5, y=y - 3.5, width=7.0, height=7.0, **look)
    outline = {2: ((0, -5), (4.5, 4), (-4.5, 4)), 3: ((0, -5), (5, 0), (0, 5), (-5, 0))}[number % 4]
    return _tag("polygon", tip, points=" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in outline), **look)


def _pattern(number: int, name: str) -> SafeString:
    """The fill of a series: solid, then white strokes or dots on its colour."""
    ground = _tag("rect", width=8, height=8, fill=COLOURS[number])
    white: dict[str, str | float] = {"stroke": "#fff", "stroke_width": 1.6, "fill": "none"}
    paths = {1: "M-2 2L2 -2M0 8L8 0M6 10L10 6", 3: "M0 4H8", 4: "M0 0L8 8M0 8L8 0", 5: "M4 0V8"}
    over = _tag("path", d=paths[number], **white) if number in paths else _tag("circle", cx=4, cy=4, r=1.6, fill="#fff")
    return _tag("pattern", _join([ground, over]), id=name, width=8, height=8, patternUnits="userSpaceOnUse")


@dataclass(slots=True)
class _Plot:
    """A drawing in the making: `y` is how far down it reaches."""

    kind: str
    title: str
    desc: str
    labels: Sequence[str]
    series: Series
    unit: str
    parts: list[SafeString] = field(default_factory=list)
    y: float = 4
    top: float = 0
    left: float = 0
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(1)
    key: str = ""

    def __post_init__(self) -> None:
        if len(self.series) > len(COLOURS):
            raise ValueError(f"more than {len(COLOURS)} series cannot be told apart")
        if any(len(values) != len(self.labels) for _name, values in self.series):
            raise ValueError("a series has as many values as there are labels")
        self.labels = [str(label) for label in self.labels]
        self.series = [(str(name), values) for name, values in self.series]
        figures = [[name, [_figure(value) for value in values]] for name, values in self.series]
        self.key = f"chart-{digest([self.kind, str(self.title), str(self.desc), self.labels, figures])[:10]}"

    def values(self) -> list[Decimal | int]:
        return [value for _name, values in self.series for value in values if value is not None]

    def add(self, part: SafeString) -> None:
        self.parts.append(part)

    def text(self, x: float, y: float, content: str, **look: str | float) -> None:
        self.add(_tag("text", content, x=x, y=y, class_="chart-text", fill=INK, font_size=TEXT, **look))

    def fill(self, number: int) -> str:
        return f"url(#{self.key}-{number})" if number else COLOURS[0]

    def tip(self, what: str, value: Value) -> SafeString:
        """What a pointer that rests on a mark is told."""
        return _tag("title", f"{what} {_figure(value)} {self.unit}".strip())

    def box(self, box: dict[str, float], number: int, tip: SafeString) -> None:
        look = {"fill": self.fill(number), "stroke": COLOURS[number], "class_": f"chart-series-{number + 1}"}
        self.add(_tag("rect", tip, **box, **look))

    def legend(self) -> None:
        """The names of the series with their patterns, in as many lines as they need."""
        if len(self.series) > 1:
            x, self.y = 0.0, self.y + TEXT
            for number, (name, _values) in enumerate(self.series):
                breadth = 18 + _breadth(name) + 14
                if x and x + breadth > WIDTH:
                    x, self.y = 0.0, self.y + TEXT + 6
                swatch = {"x": x, "y": self.y - 10, "width": 12.0, "height": 12.0}
                if self.kind == "lines":
                    self.add(_mark(x + 6, self.y - 4, number, _tag("title", name)))
                else:
                    self.box(swatch, number, _tag("title", name))
                self.text(x + 18, self.y, name)
                x += breadth
            self.y += 8
        self.top = self.y

    def frame(self, values: Sequence[Decimal | int]) -> None:
        """Legend, unit, grid with round numbers and the labels below; a sentence where there is nothing to draw."""
        self.legend()
        if not values:
            self.y += 60
            self.text(WIDTH / 2, self.y - 25, _("还没有可以画的数据。"), text_anchor="middle")
            return
        marks = ticks(Decimal(min(values)), Decimal(max(values)))
        self.low, self.high = marks[0], marks[-1]
        in_wan = max(-self.low, self.high) >= 100_000
        unit = _("万%(unit)s") % {"unit": self.unit} if in_wan else self.unit
        if unit:
            self.y += TEXT
            self.text(0, self.y, _("单位：%(unit)s") % {"unit": unit})
        self.top = self.y + 12
        names = [_round(mark / 10_000 if in_wan else mark) for mark in marks]
        self.left = max(map(_breadth, names)) + 6
        for mark, name in zip(marks, names, strict=True):
            y = self.height_of(mark)
            look = {"class_": "chart-axis", "stroke": INK} if mark == 0 else {"class_": "chart-grid", "stroke": GRID}
            self.add(_tag("line", x1=self.left, x2=WIDTH, y1=y, y2=y, **look))
            self.text(self.left - 5, y + 4, name, text_anchor="end")
        self.y = self.top + PLOT_HEIGHT
        self._labels_below()

    def _labels_below(self) -> None:
        """Labels lean when they would run into each other, and only some are written when there are very many."""
        every = -(-len(self.labels) // _MOST_LABELS)
        widest = max(map(_breadth, self.labels))
        leaning = widest > self.slot * every - 2
        for index in range(0, len(self.labels), every):
            x, y = self.centre(index), self.y + TEXT + 4
            if leaning:
                self.text(x + 4, y, self.labels[index], text_anchor="end", transform=f"rotate(-40 {x + 4:.1f} {y:.1f})")
            else:
                self.text(x, y, self.labels[index], text_anchor="middle")
        self.y += TEXT + 8 + (widest * 0.65 if leaning else 0)

    @property
    def slot(self) -> float:
        return (WIDTH - self.left) / max(len(self.labels), 1)

    def centre(self, index: int) -> float:
        return self.left + self.slot * (index + 0.5)

    def height_of(self, value: Decimal) -> float:
        return self.top + PLOT_HEIGHT * float((self.high - value) / (self.high - self.low))

    def bar(self, left: float, breadth: float, start: Decimal, value: Value, number: int, what: str) -> None:
        """A bar from `start` as far as `value`; nothing where there is no value or none to see."""
        if not value:
            return
        ends = self.height_of(start), self.height_of(start + value)
        box = {"x": left + 0.5, "y": min(ends), "width": breadth - 1, "height": max(abs(ends[0] - ends[1]), 0.8)}
        self.box(box, number, self.tip(what, value))

    def line(self, points: Sequence[tuple[float, float]], number: int) -> None:
        if len(points) > 1:
            look: dict[str, str | float] = {"stroke_dasharray": _DASHES[number]} if _DASHES[number] else {}
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            colour: dict[str, str | float] = {"fill": "none", "stroke": COLOURS[number], "stroke_width": 2.2}
            self.add(_tag("polyline", points=path, class_=f"chart-series-{number + 1}", **colour, **look))

    def chart(self) -> Chart:
        patterns = [_pattern(number, f"{self.key}-{number}") for number in range(1, len(self.series))]
        head = [
            _tag("title", self.title, id=f"{self.key}-title"),
            _tag("desc", self.desc, id=f"{self.key}-desc"),
            _tag("defs", _join(patterns)),
        ]
        svg = _tag(
            "svg",
            _join([*head, *self.parts]),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {self.y + 4:.0f}",
            role="img",
            class_=f"chart chart-{self.kind}",
            aria_labelledby=f"{self.key}-title {self.key}-desc",
        )
        names = [name for name, _values in self.series]
        rows = tuple(
            (label, *(_figure(values[index]) for _name, values in self.series))
            for index, label in enumerate(self.labels)
        )
        return Chart(svg, str(self.title), ("", *names), rows)


def _round(mark: Decimal) -> str:
    """A tick without needless zeros."""
    return f"{mark.normalize():,f}" if mark else "0"
