"""A field of a form as the portal draws it: label, help, error, control, in the order in which they are needed.

Drawn in Python for the same reason as the controls (`core.renderer`): five templates a field took longer than the
rest of a form. `bootstrap5/field.html` and its kin only call it, so that crispy and `{% include %}` find it as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from crispy_forms.utils import render_crispy_form
from django import forms
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.forms import PortalForm
from core.kept import Blank, Kept
from core.renderer import plain_select
from core.templatetags.portal import icon

Words = Context | Mapping[str, Any]
_EMPTY = SafeString("")


def drawn_filter(form: forms.Form) -> SafeString:
    """The fields of a list's filter, none of them marked as one that may be left empty: all may."""
    words = {"unmarked": True, "form_show_labels": True, "form_show_errors": True}
    return mark_safe("".join(drawn(field, words) for field in form))  # noqa: S308 pieces of format_html


_GAP = "\ue000submission\ue001"
_blank: Kept[Blank] = Kept(64)


def drawn_blank(kind: type[PortalForm], auto_id: str) -> SafeString:
    """The fields of a form that nobody has filled in and that is the same for everybody: drawn once, each time with a
    submission of its own."""
    blank = _blank.of((kind, auto_id), lambda: Blank(_blank_fields(kind(auto_id=auto_id)), _GAP))
    return blank.filled({_GAP: uuid4()})


def _blank_fields(form: PortalForm) -> str:
    form.fields["submission"].initial = _GAP
    return str(render_crispy_form(form))


def drawn(field: BoundField, context: Words) -> SafeString:
    """The whole field.

    `context` says what crispy or the template wants: `form_show_labels`, `form_show_errors`, `tag` (div), `unmarked`
    (no （选填）), `form_method`, `wrapper_class`, `inline_class`, `crispy_prepended_text`, `crispy_appended_text`.
    """
    if field.is_hidden:
        return SafeString(str(field))
    shows_errors = context.get("form_show_errors") and bool(field.errors)
    classes = ["field", "has-error" if shows_errors else "", context.get("wrapper_class"), field.css_classes()]
    return format_html(
        '<{tag} id="div_{id}" class="{classes}">{inner}</{tag}>',
        tag="td" if _in_a_table(context) else "div",
        id=field.auto_id,
        classes=" ".join(str(one) for one in classes if one),
        inner=_inner(field, context, _help(field) + (_errors(field) if shows_errors else _EMPTY)),
    )


def _inner(field: BoundField, context: Words, said: SafeString) -> SafeString:
    """Label, what is `said` about the field, and control; a checkbox has its label behind it."""
    widget = field.field.widget
    label = field.label if context.get("form_show_labels") else ""
    if isinstance(widget, forms.CheckboxInput) and not _in_a_table(context):
        return format_html(
            '{}<label class="choice" for="{}">{}<span>{}</span></label>',
            said,
            field.id_for_label,
            _control(field, "form-check-input"),
            field.label,
        )
    if field.use_fieldset:
        described = field.aria_describedby
        return format_html(
            "<fieldset{}>{}{}{}</fieldset>",
            format_html(' aria-describedby="{}"', described) if described else "",
            format_html("<legend>{}{}</legend>", label, _optional(field, context)) if label else "",
            said,
            _choices(field, context) if isinstance(widget, forms.RadioSelect) else _control(field, "form-control"),
        )
    return format_html(
        "{}{}{}",
        format_html(
            '<label class="form-label" for="{}">{}{}</label>', field.id_for_label, label, _optional(field, context)
        )
        if label
        else "",
        said,
        _with_unit(_entry(field), context),
    )


def _in_a_table(context: Words) -> bool:
    """What crispy says of a form drawn as a table; a page may use the name `tag` for something of its own."""
    return bool(context.get("tag") == "td")


def _entry(field: BoundField) -> SafeString:
    """What one types into, picks from or uploads with."""
    if isinstance(field.field.widget, forms.FileInput):
        return render_to_string("bootstrap5/layout/field_file.html", {"field": field})
    look = "form-select" if isinstance(field.field.widget, forms.Select) else "form-control"
    return _control(field, f"{look} is-invalid" if field.errors else look)


def _with_unit(control: SafeString, context: Words) -> SafeString:
    """The control with a unit before or behind it, where there is one."""
    before, after = context.get("crispy_prepended_text"), context.get("crispy_appended_text")
    if not before and not after:
        return control
    unit = '<span class="input-group-text">{}</span>'
    return format_html(
        '<div class="input-group">{}{}{}</div>',
        format_html(unit, before) if before else "",
        control,
        format_html(unit, after) if after else "",
    )


def _control(field: BoundField, look: str) -> SafeString:
    """The control with these classes and the name of its widget, as crispy's own tag gives it."""
    widget = field.field.widget
    for one in getattr(widget, "widgets", [widget]):
        classes = one.attrs.get("class", "").split()
        wanted = [one.__class__.__name__.lower(), *look.split()]
        one.attrs["class"] = " ".join([*classes, *(name for name in wanted if name not in classes)])
    return plain_select(field) or SafeString(str(field))


def _choices(field: BoundField, context: Words) -> SafeString:
    """Radio buttons and several checkboxes: the whole row can be tapped."""
    rows = mark_safe("".join(_choice_rows(field)))  # noqa: S308 pieces of format_html
    return format_html('<div class="choices{}">{}</div>', " inline" if context.get("inline_class") else "", rows)


def _choice_rows(field: BoundField) -> Iterator[SafeString]:
    widget = field.field.widget
    identifier = widget.attrs.get("id") or field.auto_id
    attrs = field.build_widget_attrs({"id": identifier} if identifier else {})
    groups = widget.optgroups(field.html_name, widget.format_value(field.value()), attrs)
    disabled = SafeString(" disabled") if field.field.disabled else ""
    for group, options, _index in groups:
        if group:
            yield format_html('<p class="group">{}</p>', localize(group))
        for option in options:
            yield format_html(
                '<label class="choice" for="{}"><input type="{}" name="{}" value="{}"{}{}><span>{}</span></label>',
                option["attrs"].get("id", ""),
                option["type"],
                field.html_name,
                str(option["value"]),
                disabled,
                _attributes(option["attrs"]),
                str(option["label"]),
            )


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    shown = [(name, value) for name, value in attrs.items() if value is not False]
    return format_html_join(
        "",
        " {}{}",
        ((name, "" if value is True else format_html('="{}"', str(value))) for name, value in shown),
    )


def _help(field: BoundField) -> SafeString:
    if not field.help_text:
        return _EMPTY
    identifier = format_html(' id="{}_helptext"', field.auto_id) if field.auto_id else ""
    text = mark_safe(str(field.help_text))  # noqa: S308 written by us; may hold a link
    return format_html('<div{} class="form-text">{}</div>', identifier, text)


def _errors(field: BoundField) -> SafeString:
    return format_html(
        '<div id="{}_error" class="field-error">{}<div>{}</div></div>',
        field.errors.field_id,  # type: ignore[attr-defined]
        icon("exclamation-octagon-fill"),
        format_html_join("", "<p>{}</p>", ((error,) for error in field.errors)),
    )


def _optional(field: BoundField, context: Words) -> SafeString:
    method = str(context.get("form_method", "")).lower()
    if field.field.required or context.get("unmarked") or method == "get":
        return _EMPTY
    return format_html('<span class="optional">{}</span>', _("（选填）"))
