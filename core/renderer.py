"""Form controls drawn in Python: what Django's own templates of widgets give, in a tenth of the time.

A page with fifty controls spent more on them than on everything else. The test in tests/core/test_renderer.py compares
each control with Django's own; a widget with a template of its own is drawn from that template as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from core.kept import Kept

Widget = Mapping[str, Any]

_INPUTS = (
    "checkbox", "color", "date", "datetime", "email", "file", "hidden", "input", "number", "password", "search", "tel",
    "text", "time", "url",
)  # fmt: skip


class QuickRenderer(DjangoTemplates):
    """Django's renderer, which need not open a template for the common controls."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return mark_safe(draw(context["widget"]))  # noqa: S308 every value has gone through _escaped


def _escaped(value: object) -> str:
    """As `stringformat:"s"` gives it: numbers without separators."""
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _shown(value: object) -> str:
    """As a template shows it: numbers and days in the reader's way."""
    return conditional_escape(value if isinstance(value, str) else str(localize(template_localtime(value))))


def _attributes(widget: Widget) -> str:
    parts = []
    for name, value in widget["attrs"].items():
        if value is True:
            parts.append(f" {_escaped(name)}")
        elif value is not False:
            parts.append(f' {_escaped(name)}="{_escaped(value)}"')
    return "".join(parts)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    return f'<input type="{_escaped(widget["type"])}" name="{_escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _input_option(widget: Widget) -> str:
    if not widget.get("wrap_label"):
        return _input(widget)
    target = widget["attrs"].get("id")
    pointing = f' for="{_escaped(target)}"' if target else ""
    return f"<label{pointing}>{_input(widget)} {_shown(widget['label'])}</label>"


def _textarea(widget: Widget) -> str:
    text = _shown(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_escaped(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select_option(widget: Widget) -> str:
    return f'<option value="{_escaped(widget["value"])}"{_attributes(widget)}>{_shown(widget["label"])}</option>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{_escaped(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        drawn = "".join(_option(option) for option in options)
        parts.append(f'<optgroup label="{_shown(group)}">{drawn}</optgroup>' if group else drawn)
    return "".join([*parts, "</select>"])


def _several(widget: Widget) -> str:
    attributes = "".join(
        f' {name}="{_escaped(widget["attrs"][name])}"' for name in ("id", "class") if widget["attrs"].get(name)
    )
    parts = [f"<div{attributes}>"]
    for group, options, _index in widget["optgroups"]:
        drawn = "".join(f"<div>{_option(option)}</div>" for option in options)
        parts.append(f"<div><label>{_shown(group)}</label>{drawn}</div>" if group else drawn)
    return "".join([*parts, "</div>"])


def _option(option: Widget) -> str:
    """An option by its own template, which a widget may have changed."""
    draw = _DRAWN.get(option["template_name"])
    return draw(option) if draw else get_default_renderer().render(option["template_name"], {"widget": option})


_options: Kept[list[tuple[str, str, str]]] = Kept(256)
_Choice = tuple[str, str, str]


def plain_select(field: BoundField) -> SafeString | None:
    """A list to pick one from, its options drawn once for equal ones; None where it is anything more than that."""
    widget = field.field.widget
    if type(widget) is not forms.Select or (choices := _plain(widget.choices)) is None:
        return None
    attrs = field.build_widget_attrs({})
    if field.auto_id and "id" not in widget.attrs:
        attrs.setdefault("id", field.auto_id)
    given = forms.Widget.get_context(widget, field.html_name, field.value(), attrs)["widget"]
    options = _options.of(choices, lambda: list(_drawn_options(choices)))
    picked = next((value for value, _opened, _closed in options if value in given["value"]), None)
    parts = [f'<select name="{_escaped(given["name"])}"{_attributes(given)}>']
    for value, opened, closed in options:
        if value == picked:
            parts += opened, " selected", closed
            picked = None
        else:
            parts += opened, closed
    return mark_safe("".join([*parts, "</select>"]))  # noqa: S308 every value has gone through _escaped


def _plain(choices: Iterable[tuple[Any, Any]]) -> tuple[_Choice, ...] | None:
    """Each choice as the heading above it, what it sends and its words; None where one is more than words."""
    found: list[_Choice] = []
    for value, label in choices:
        heading, part = (str(value), label) if isinstance(label, list | tuple) else ("", [(value, label)])
        for key, words in part:
            if type(words) is not str and not isinstance(words, Promise):
                return None
            found.append((heading, "" if key is None else str(key), str(words)))
    return tuple(found)


def _drawn_options(choices: Iterable[_Choice]) -> Iterator[tuple[str, str, str]]:
    """What each option sends, and its HTML before and after the mark of the one that is picked."""
    for heading, part in groupby(choices, key=itemgetter(0)):
        options = [(key, f'<option value="{_escaped(key)}"', f">{_shown(words)}</option>") for _, key, words in part]
        if heading:
            options[0] = (options[0][0], f'<optgroup label="{_shown(heading)}">{options[0][1]}', options[0][2])
            options[-1] = (*options[-1][:2], f"{options[-1][2]}</optgroup>")
        yield from options


_FOLDER = "django/forms/widgets/"
_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS},
    **{f"{_FOLDER}{name}_option.html": _input_option for name in ("checkbox", "radio", "input")},
    **{f"{_FOLDER}{name}.html": _several for name in ("checkbox_select", "radio", "multiple_input")},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
    f"{_FOLDER}select_option.html": _select_option,
}
