"""Forms by which a request is taken up and given into somebody's hands."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.roles import Role
from helpdesk import routing, sides
from helpdesk.forms.fields import RowField, RowsField, where_from
from helpdesk.forms.step import StepForm, words_field
from helpdesk.models import Category
from helpdesk.querysets import possible_handlers

if TYPE_CHECKING:
    from helpdesk.querysets import Candidate

NOTE_HELP = gettext_lazy("居民看不到。")


class _HandingOutForm(StepForm):
    """A form that names who is to handle it, with the one whom the rules suggest chosen already."""

    @cached_property
    def people(self) -> list[Candidate]:
        """Who can be asked: nobody whose own matter it is. Asks the database when first looked at."""
        barred = {self.request.reporter_id, *sides.live_in(self.request), *self.barred()}
        found = possible_handlers(self.request.community_id, self.request.category)
        return [one for one in found if one.user_id not in barred]

    def barred(self) -> set[int | None]:
        """Further accounts that cannot be asked."""
        return set()

    def offer_people(self, *names: str) -> None:
        for name in names:
            field = self.fields[name]
            assert isinstance(field, RowField | RowsField)
            field.offer(lambda: self.people, label=where_from, group=lambda one: str(Role(one.role).label))
        if not self.is_bound:
            suggestion = routing.suggest(self.request, self.people) if self.request.category.has_aids else None
            if suggestion:
                self.suggest(suggestion)

    def suggest(self, suggestion: routing.Suggestion) -> None:
        self.fields["handler"].help_text = suggestion.words
        if suggestion.candidate:
            self.fields["handler"].initial = str(suggestion.candidate.pk)


class AcceptForm(_HandingOutForm):
    """Take it up, and where somebody is named give it into their hands at once."""

    button = gettext_lazy("受理")
    category = RowField(label=gettext_lazy("类别对不对"))
    text = words_field(
        gettext_lazy("给居民的话"),
        rows=2,
        required=False,
        help_text=gettext_lazy("例如：阿姨您好，先把水池下面的小阀门关上，我请人来看。"),
    )
    handler = RowField(label=gettext_lazy("顺便派给谁"), required=False, empty=gettext_lazy("先受理，等会儿再派"))
    note = words_field(gettext_lazy("给办理人的话"), rows=2, required=False, help_text=NOTE_HELP)

    def prepare(self) -> None:
        field = self.fields["category"]
        assert isinstance(field, RowField)
        field.offer(Category.objects.visible_to(self.user).in_use().filter(community=self.request.community_id))
        field.initial = str(self.request.category_id)
        # Two households are asked first whether they want it.
        if self.request.category.is_mediation:
            self.drop("handler", "note")
        else:
            self.offer_people("handler")

    def given(self) -> dict[str, Any]:
        given = super().given()
        handler = given.get("handler")
        return {**given, "handler": handler.account() if handler else None}


class DispatchForm(_HandingOutForm):
    button = gettext_lazy("派给这位")
    rare = ("co_handlers",)
    more = gettext_lazy("还要请人帮手")
    handler = RowField(label=gettext_lazy("请谁来办"), empty=gettext_lazy("请选一位"))
    co_handlers = RowsField(
        label=gettext_lazy("谁来帮手"),
        required=False,
        most=5,
        help_text=gettext_lazy("可以选几位，最多 5 位；他们也看得到，也能补充。"),
    )
    text = words_field(gettext_lazy("给居民的话"), rows=2, required=False)
    note = words_field(gettext_lazy("给办理人的话"), rows=2, required=False, help_text=NOTE_HELP)

    def prepare(self) -> None:
        self.offer_people("handler", "co_handlers")

    def given(self) -> dict[str, Any]:
        given = super().given()
        helpers = [one.account() for one in given["co_handlers"]]
        return {**given, "handler": given["handler"].account(), "co_handlers": helpers}


class ReassignForm(DispatchForm):
    button = gettext_lazy("换这位来办")
    lead = gettext_lazy("原来办理的人和新来办理的人都会收到通知。")
    field_order = ["handler", "co_handlers", "note", "text"]

    def prepare(self) -> None:
        super().prepare()
        self.fields["note"].label = _("为什么换人")
        self.fields["note"].required = True

    def barred(self) -> set[int | None]:
        return {self.request.handler_id}


class HandOnForm(ReassignForm):
    button = gettext_lazy("请这位接着跟")


class RecallForm(StepForm):
    button = gettext_lazy("收回来")
    lead = gettext_lazy("现在办的人会收到通知，这件事回到等派人的里面。")
    note = words_field(gettext_lazy("为什么收回"), rows=2, help_text=NOTE_HELP)


HANDING_OUT_FORMS: dict[str, type[StepForm]] = {
    "accept": AcceptForm,
    "dispatch": DispatchForm,
    "reassign": ReassignForm,
    "hand_on": HandOnForm,
    "recall": RecallForm,
}
