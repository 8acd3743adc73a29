"""What may be written to a request, and the other household of a mediation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PhotosField, PortalForm
from grids.models import Household
from helpdesk.models import Party

if TYPE_CHECKING:
    from community.models import User
from helpdesk.forms.fields import PICK, PhotoForm, household_named, text_area


class UpdateForm(PhotoForm):
    """A remark, photos, or a note among those who work on it."""

    text = forms.CharField(label=gettext_lazy("想补充什么"), required=False, max_length=2000, widget=text_area(3))
    photos = PhotosField(help_text=gettext_lazy("最多 6 张。"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("photos") and not self.errors:
            self.add_error("text", _("请写一句话，或者附一张照片。"))
        return cleaned


class WorkingUpdateForm(UpdateForm):
    """The same for those who work on it: they choose who reads it."""

    audience = forms.ChoiceField(
        label=gettext_lazy("写给谁看"),
        widget=forms.RadioSelect,
        choices=[("public", gettext_lazy("居民也看得到")), ("internal", gettext_lazy("只给办理的人看"))],
        initial="public",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("audience") == "internal" and cleaned.get("photos"):
            self.add_error("photos", _("照片居民也看得到；只给办理人看的，请只写字。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        internal = given.pop("audience") == "internal"
        return {**given, "text": "", "note": given["text"]} if internal else given


class SidesUpdateForm(UpdateForm):
    """A word of those who work on a mediation; nothing is chosen for them, lest it goes to the wrong door."""

    audience = forms.ChoiceField(
        label=gettext_lazy("写给谁看"), widget=forms.RadioSelect, error_messages={"required": PICK}
    )
    field_order = ["audience"]

    def __init__(self, *args: Any, sides: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = {str(side.pk): side for side in sides}
        only = [(key, _("只给%(door)s") % {"door": side}) for key, side in self.sides.items()]
        both, internal = ("both", _("两家都看得到")), ("internal", _("只给办理的人看"))
        self.fields["audience"].choices = [*only, both, internal]  # type: ignore[attr-defined]
        self.fields["text"].label = _("写什么")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("audience") == "internal" and cleaned.get("photos"):
            self.add_error("photos", _("照片居民也看得到；只给办理人看的，请只写字。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        audience = given.pop("audience")
        if audience == "internal":
            return {**given, "text": "", "note": given["text"]}
        return {**given, "party": self.sides.get(audience)}


class OtherForm(PortalForm):
    """Which is the other household of a mediation."""

    other = forms.CharField(
        label=gettext_lazy("另一家是哪一户"),
        max_length=60,
        help_text=gettext_lazy("写门牌，例如 225-3-2-601。受理以后，这一家才看得到有这件事。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_other(self) -> Household:
        rows = Household.objects.visible_to(self.user)
        return household_named(rows, self.cleaned_data["other"], missing=_("没有找到这一户，请核对门牌。"))


class AgreementForm(PortalForm):
    """What two households have settled, as it is to stand on the paper that they sign."""

    matter = forms.CharField(
        label=gettext_lazy("为什么事"), max_length=120, help_text=gettext_lazy("两家都要看、都要签字，请写得平和一些。")
    )
    terms = forms.CharField(
        label=gettext_lazy("谈好了什么"),
        required=False,
        max_length=1500,
        widget=text_area(6),
        help_text=gettext_lazy("一行一条。空着，就打印出横线，当面用笔写。打印以后请两家签字，拍下来附在办理结果里。"),
    )
