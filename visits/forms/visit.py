"""The form of a visit, drawn from the table of basic fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PhotosField, PortalForm
from core.ids import uuid7
from core.kept import Blank, Kept
from core.refusal import Refused
from grids import person
from grids.models import Membership
from helpdesk import sides
from helpdesk.forms import household_named
from visits import words
from visits.fields import Result, Slot
from visits.forms.lines import KEY, WHO, BlankLine, Group, Line, slot_fields
from visits.forms.people import (
    OF_NEWCOMER,
    Leaver,
    draw_blank_leaver,
    leaver_fields,
    leaving_key,
    newcomer_fields,
    typed,
)
from visits.models import TALKED, Feedback, Finding, Severity, Visit
from visits.querysets import households_to_visit
from visits.report import Answer, Brought, Came, Gone, Handling, Report, Told, as_sent, read_position
from visits.sheet import Sheet

FINDINGS, NEWCOMERS = 3, 2
LEAVERS = "gap-leavers"
OF_PROBLEM = ("text", "handling", "category", "severity", "other", "how", "satisfied")
# Nobody but the household itself answers with a card.
OUTCOMES = [choice for choice in Visit.Outcome.choices if choice[0] != Visit.Outcome.CARD]
_blank_people: Kept[Blank] = Kept(64)
_blank_problems: Kept[SafeString] = Kept(64)
REST_CONFIRMED = "confirmed"
_SHORT = {"rows": 2}


@dataclass(frozen=True)
class Earlier:
    """An earlier finding that waits for feedback."""

    finding: Finding
    told: BoundField
    answer: BoundField

    @property
    def last_time(self) -> str:
        return words.last_time(self.finding)


class PositionField(forms.JSONField):
    """Where the phone was, as the browser gives it; None where it was not allowed."""

    widget = forms.HiddenInput

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)

    def clean(self, value: Any) -> dict[str, float] | None:
        given = super().clean(value)
        if given is None:
            return None
        try:
            return read_position(given)
        except ValueError as error:
            raise forms.ValidationError(_("位置不对，请重新附上，或者不附。")) from error


class VisitForm(PortalForm):
    """One visit. It carries its own id and what it showed, so that it may be sent twice and never overwrites."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    started = forms.DateTimeField(widget=forms.HiddenInput)
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen = forms.JSONField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        initial=Visit.Outcome.MET,
    )
    met_who = forms.MultipleChoiceField(
        label=gettext_lazy("见到谁"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=gettext_lazy("备注"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=_SHORT),
        help_text=gettext_lazy("谁搬来、谁要搬走、下次什么时候来合适，都可以写。"),
    )
    photos = PhotosField(help_text=gettext_lazy("最多 6 张，拍摄地点会被去掉。"))
    position = PositionField(required=False)
    rest = forms.CharField(required=False)

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The visit's own id does what a submission id does, for good, and notices other content.
        del self.fields["submission"]
        self.sheet = sheet
        self.fields["started"].initial = lambda: clock.now().isoformat()
        self.fields["base_version"].initial = sheet.household.version
        self.fields["seen"].initial = sheet.seen
        names = [member.resident.name for member in sheet.members]
        self.fields["met_who"].choices = [(name, name) for name in dict.fromkeys(names)]  # type: ignore[attr-defined]
        if self.is_bound:
            self._add_answers()
        for key in self._group_keys():
            self.fields[f"all-{key}"] = forms.BooleanField(label=_("都属实"), required=False)
        for finding in sheet.findings:
            self._add_feedback(finding)

    def _add_answers(self) -> None:
        """The fields of which there are many. A form that nobody has filled in yet is drawn without them."""
        for slot in self.sheet.slots:
            self.fields |= slot_fields(slot.field, slot.key, slot.who)
        for number in range(1, FINDINGS + 1):
            self._add_finding(number)
        self._add_people()
        for member in self.sheet.members:
            self.fields |= leaver_fields(member.resident_id.hex, member.resident.name)

    # What the page draws ------------------------------------------------------------------------------------------

    @property
    def groups(self) -> Iterator[Group]:
        household = self.sheet.household
        yield self._group("h", _("这一户"), [household.get_kind_display(), *self.sheet.care_words(None)])
        for member in self.sheet.members:
            yield self._group(f"r-{member.resident.pk.hex}", member.resident.name, self._about(member))

    @property
    def earlier(self) -> list[Earlier]:
        return [
            Earlier(finding, self[f"told-{finding.pk.hex}"], self[f"answer-{finding.pk.hex}"])
            for finding in self.sheet.findings
        ]

    @property
    def people(self) -> SafeString:
        """Who has come and who has left: drawn once, with a gap for the members, while nothing has been filled in."""
        if self.is_bound:
            leavers = [self._leaver(member).drawn for member in self.sheet.members]
            return render_to_string("visits/_people.html", {"form": self, "leavers": SafeString("".join(leavers))})
        names = [(member.resident_id.hex, member.resident.name) for member in self.sheet.members]
        leaver = _blank_people.of("leaver", draw_blank_leaver)
        drawn = SafeString("".join(leaver.filled({KEY: key, WHO: name}) for key, name in names))
        return _blank_people.of(bool(names), lambda: self._draw_people(LEAVERS if names else "")).filled(
            {LEAVERS: drawn}
        )

    def _draw_people(self, leavers: str) -> Blank:
        self._add_people()
        return Blank(render_to_string("visits/_people.html", {"form": self, "leavers": leavers}), LEAVERS)

    @property
    def newcomers(self) -> list[dict[str, BoundField]]:
        """The fields of each who may have come to live here."""
        return [{part: self[f"j{number}-{part}"] for part in OF_NEWCOMER} for number in range(1, NEWCOMERS + 1)]

    @property
    def has_people(self) -> bool:
        """Whether something was told of who has come or left, or is wrong with it."""
        leavers = [self._leaver(member) for member in self.sheet.members] if self.is_bound else []
        told = any(one.going.value() or one.since.value() or one.since.errors for one in leavers)
        return told or self._any_filled(self.newcomers)

    @property
    def has_more_newcomers(self) -> bool:
        return self._any_filled(self.newcomers[1:])

    def _leaver(self, member: Membership) -> Leaver:
        key = f"leave-{member.resident_id.hex}"
        return Leaver(self[key], self[f"{key}-since"])

    @property
    def brought(self) -> SafeString:
        """Problems, a note and photos: drawn once for every list of categories while nothing has been filled in."""
        if self.is_bound or self.sheet.against_photos:
            return self._draw_brought()
        return _blank_problems.of(tuple(self._categories()), self._draw_brought)

    def _draw_brought(self) -> SafeString:
        if not self.is_bound:
            self._add_answers()
        return render_to_string("visits/_brought.html", {"form": self})

    @property
    def no_photos(self) -> str:
        """Why photos are not offered; "" where nobody who lives here minds. The action refuses them all the same."""
        names = "、".join(self.sheet.against_photos)
        return _("%(names)s不同意走访时拍照，这一户就不拍照了，别的照常记。") % {"names": names} if names else ""

    @property
    def problems(self) -> list[dict[str, BoundField]]:
        """The fields of each problem that may be brought back."""
        return [{part: self[f"f{number}-{part}"] for part in OF_PROBLEM} for number in range(1, FINDINGS + 1)]

    @property
    def has_problems(self) -> bool:
        return self._any_filled(self.problems)

    @property
    def has_more_problems(self) -> bool:
        return self._any_filled(self.problems[1:])

    def _any_filled(self, problems: list[dict[str, BoundField]]) -> bool:
        """Whether something was typed into one of these, or is wrong with it."""
        return self.is_bound and any(
            field.errors or (name in {"text", "how", "other", *OF_NEWCOMER} and field.value())
            for problem in problems
            for name, field in problem.items()
        )

    def _about(self, member: Membership) -> list[str]:
        return [member.get_relation_display(), *self.sheet.care_words(member.resident_id)]

    def _group(self, key: str, title: str, detail: list[str]) -> Group:
        slots = [slot for slot in self.sheet.slots if slot.group == key]
        if not self.is_bound:
            return Group(title, detail, self[f"all-{key}"], [BlankLine(slot) for slot in slots], is_open=False)
        lines = [Line(slot, self[slot.key], self[f"{slot.key}-new"]) for slot in slots]
        is_open = any(line.wrong or line.result.value() for line in lines)
        return Group(title, detail, self[f"all-{key}"], lines, is_open)

    def _group_keys(self) -> list[str]:
        return list(dict.fromkeys(slot.group for slot in self.sheet.slots))

    # Its fields ---------------------------------------------------------------------------------------------------

    def _add_finding(self, number: int) -> None:
        def add(name: str, field: forms.Field) -> None:
            self.fields[f"f{number}-{name}"] = field

        add(
            "text",
            forms.CharField(label=_("是什么问题"), required=False, max_length=400, widget=forms.Textarea(attrs=_SHORT)),
        )
        add(
            "handling",
            forms.ChoiceField(
                label=_("怎么办"),
                required=False,
                choices=Handling.choices,
                widget=forms.RadioSelect,
                initial=Handling.REQUEST,
            ),
        )
        add("category", forms.ChoiceField(label=_("类别"), required=False, choices=self._categories()))
        add(
            "severity",
            forms.ChoiceField(label=_("轻重"), required=False, choices=Severity.choices, initial=Severity.MINOR),
        )
        add(
            "other",
            forms.CharField(
                label=_("另一家的门牌"),
                required=False,
                max_length=60,
                widget=typed({}),
                help_text=_("例如 225-3-2-601。这一家听不到您在这里记的话。"),
            ),
        )
        add("how", forms.CharField(label=_("当场怎么解决的"), required=False, max_length=400))
        add("satisfied", forms.BooleanField(label=_("家里当场说满意了"), required=False))

    def _categories(self) -> list[tuple[str, str]]:
        return [("", _("请选择")), *((str(one.pk), str(one)) for one in self.sheet.categories)]

    def _add_people(self) -> None:
        for number in range(1, NEWCOMERS + 1):
            self.fields |= newcomer_fields(f"j{number}")

    def _add_feedback(self, finding: Finding) -> None:
        self.fields[f"told-{finding.pk.hex}"] = forms.CharField(
            label=_("告诉了家里什么"), required=False, max_length=400, widget=forms.Textarea(attrs=_SHORT)
        )
        self.fields[f"answer-{finding.pk.hex}"] = forms.ChoiceField(
            label=_("家里怎么说"), required=False, choices=Feedback.Answer.choices, widget=forms.RadioSelect
        )

    # What was filled in -------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["answers"] = dict(self._answers(given))
        given["findings"] = tuple(self._findings(given))
        given["feedback"] = tuple(self._feedback(given))
        given["came"] = tuple(self._came(given))
        given["gone"] = tuple(self._gone(given))
        self._no_strangers()
        if not self.errors:
            self._makes_sense(given)
        return given

    def report(self) -> Report:
        """The visit for the action."""
        given = self.cleaned_data
        return Report(
            uuid=given["uuid"],
            outcome=given["outcome"],
            visited_at=given["started"],
            answers=given["answers"],
            seen=given["seen"],
            base_version=given["base_version"],
            met_who="、".join(given["met_who"])[:120],
            note=given["note"],
            findings=given["findings"],
            feedback=given["feedback"],
            came=given["came"],
            gone=given["gone"],
            position=given["position"],
            photos=tuple(given["photos"]),
            supersedes=self.sheet.corrects.pk if self.sheet.corrects else None,
            sent=as_sent(dict(self.data.lists())) if isinstance(self.data, QueryDict) else None,
        )

    def clean_seen(self) -> dict[str, str]:
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict) or not all(isinstance(value, str) for value in seen.values()):
            raise forms.ValidationError(_("表格不完整，请重新打开走访表。"))
        return seen

    def _answers(self, given: dict[str, Any]) -> Iterator[tuple[str, Answer]]:
        everything = given.get("rest") == REST_CONFIRMED and given.get("outcome") in TALKED
        gone = {f"r-{member.resident_id.hex}" for member in self.sheet.members if given.get(leaving_key(member))}
        for slot in self.sheet.slots:
            result, new = given.get(slot.key), given.get(f"{slot.key}-new") or ""
            if result == Result.CHANGED:
                yield from self._changed(slot, new)
            elif result:
                yield slot.key, Answer(result)
            elif new:
                self.add_error(slot.key, _("填了新的内容，请选“有变”；没有变就把它去掉。"))
            # Only what the form showed: a field that came meanwhile has not been seen by anybody.
            elif (
                slot.group not in gone
                and slot.key in given.get("seen", {})
                and (everything or given.get(f"all-{slot.group}"))
            ):
                yield slot.key, Answer(Result.UNKNOWN if slot.is_blank else Result.CONFIRMED)

    def _changed(self, slot: Slot, new: str) -> Iterator[tuple[str, Answer]]:
        try:
            yield slot.key, Answer(Result.CHANGED, slot.field.check(new))
        except Refused as refusal:
            self.add_error(f"{slot.key}-new", str(refusal))

    def _findings(self, given: dict[str, Any]) -> Iterator[Brought]:
        for number in range(1, FINDINGS + 1):
            one = {name: given.get(f"f{number}-{name}") for name in OF_PROBLEM}
            if not one["text"]:
                if one["how"] or one["other"]:
                    self.add_error(f"f{number}-text", _("请写明是什么问题。"))
                continue
            handling = one["handling"] or Handling.NOTE
            if handling == Handling.REQUEST and not one["category"]:
                self.add_error(f"f{number}-category", _("要登记成诉求，请选一个类别。"))
            yield Brought(
                text=one["text"],
                severity=one["severity"] or Severity.MINOR,
                handling=handling,
                category=int(one["category"]) if one["category"] else None,
                how=one["how"] or "",
                satisfied=bool(one["satisfied"]) and handling == Handling.FIXED,
                other=self._other(f"f{number}-other", one["other"]) if handling == Handling.MEDIATION else None,
            )

    def _other(self, name: str, asked: str | None) -> UUID | None:
        """The other household of a matter between two, among the doors that the visitor walks to."""
        missing = _("没有找到这一家，只能写您走访的楼里的门牌；别处的请先记下，交给社区来登记。")
        try:
            if not asked:
                raise forms.ValidationError(_("两家的矛盾，请写另一家的门牌。"))
            other = household_named(households_to_visit(self.sheet.user).living_here(), asked, missing=missing)
            sides.check(self.sheet.household, other, by=self.sheet.user)
        except forms.ValidationError as error:
            self.add_error(name, error)
        except Refused as refusal:
            self.add_error(name, str(refusal))
        else:
            return other.pk
        return None

    def _feedback(self, given: dict[str, Any]) -> Iterator[Told]:
        for finding in self.sheet.findings:
            told, answer = given.get(f"told-{finding.pk.hex}"), given.get(f"answer-{finding.pk.hex}")
            if told and answer:
                yield Told(finding.pk, told, answer)
            elif told:
                self.add_error(f"answer-{finding.pk.hex}", _("请选家里怎么说。"))
            elif answer:
                self.add_error(f"told-{finding.pk.hex}", _("请写明告诉了家里什么。"))

    def _came(self, given: dict[str, Any]) -> Iterator[Came]:
        for number in range(1, NEWCOMERS + 1):
            said = {part: " ".join((given.get(f"j{number}-{part}") or "").split()) for part in OF_NEWCOMER}
            if not any(said.values()):
                continue
            if not said["name"]:
                self.add_error(f"j{number}-name", _("请写明姓名。"))
            elif not said["relation"]:
                self.add_error(f"j{number}-relation", _("请选他是户主的什么人。"))
            try:
                yield Came(**person.read(said))
            except person.PersonDoubt as doubt:
                for part, words in doubt.problems.items():
                    if not self.has_error(f"j{number}-{part}"):
                        self.add_error(f"j{number}-{part}", words)

    def _gone(self, given: dict[str, Any]) -> Iterator[Gone]:
        for member in self.sheet.members:
            key = leaving_key(member)
            going, since = given.get(key), given.get(f"{key}-since")
            if since and since > clock.today():
                self.add_error(f"{key}-since", _("日期不能晚于今天。"))
            elif since and not going:
                self.add_error(key, _("填了日期，请选是搬走还是过世；还住这里就把日期去掉。"))
            elif going:
                yield Gone(member.resident_id, going, since)

    def _no_strangers(self) -> None:
        """Answers about somebody who left the household while the form was open must not vanish silently."""
        answered = {name for name in self.data if name.startswith(("r-", "leave-")) and self.data.get(name)}
        if answered - self.fields.keys():
            self.add_error(None, _("填表的时候，这一户有人搬走了，有关他的几项已经去掉。请核对后再提交。"))

    def _makes_sense(self, given: dict[str, Any]) -> None:
        if given["outcome"] not in TALKED:
            if given["answers"] or given["came"] or given["gone"]:
                self.add_error("outcome", _("没有见到人，就不能核实信息。请改一下结果，或者把核实的内容去掉。"))
        elif not any(given[part] for part in ("answers", "findings", "feedback", "came", "gone", "note", "photos")):
            self.add_error(None, _("还没有核实任何一项。如果都对，请按“其余都属实，保存”。"))
