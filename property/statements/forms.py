"""Forms of the statements: send one, name its columns, confirm what its rows are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from core.forms import PortalForm
from core.photos import read_upload
from property.models import Account, StatementRow
from property.statements import headings
from property.statements.headings import normal
from property.statements.matching import Suggestion

MAX_BYTES = 10 * 2**20
_KINDS = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".xlsm")


class StatementForm(PortalForm):
    """A statement file, and the account where the file itself does not say."""

    file = forms.FileField(
        label=_("对账单文件"),
        help_text=_(
            "微信、支付宝或任何一家银行导出的 Excel 或 CSV，最大 10 MB。先预览，您确认以后才导入；同一笔不会记两次。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(_KINDS)}),
    )
    account = forms.ChoiceField(label=_("哪个账户的"), required=False)

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.pk): account for account in accounts}
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            ("", gettext("看文件自己说的")),
            *((key, account.label) for key, account in self.accounts.items()),
        ]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith(_KINDS):
            raise forms.ValidationError(_("请选择 Excel（xlsx、xls）、CSV 或文本文件。"))
        self.content = read_upload(upload, MAX_BYTES)
        return upload

    def given(self) -> dict[str, Any]:
        account = self.accounts.get(self.cleaned_data["account"])
        return {"content": self.content, "name": self.cleaned_data["file"].name, "account": account}


class ConfirmForm(PortalForm):
    """What to do with a statement; `seen` is the fingerprint of the preview shown."""

    APPLY, GIVE_UP, AGAIN, ACCOUNT, TAKE_BACK = "apply", "give_up", "again", "account", "take_back"

    do = forms.ChoiceField(
        choices=[(one, one) for one in (APPLY, GIVE_UP, AGAIN, ACCOUNT, TAKE_BACK)], widget=forms.HiddenInput
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class AccountForm(PortalForm):
    """Another account for a statement that was sent."""

    account = forms.ChoiceField(label=_("换一个账户"))

    def __init__(self, *args: Any, accounts: Sequence[Account], current: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.pk): account for account in accounts if account.pk != current.pk}
        choices = [(key, account.label) for key, account in self.accounts.items()]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> Account:
        return self.accounts[self.cleaned_data["account"]]


class ReasonForm(PortalForm):
    """Why a statement is taken back."""

    reason = forms.CharField(label=_("为什么撤回"), max_length=120, help_text=_("例如：选错了账户。"))


class ColumnsForm(PortalForm):
    """One choice for each heading of the file."""

    NOT_READ = "none"

    def __init__(self, *args: Any, headings_found: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings_found = dict(headings_found)
        choices = [(meaning or self.NOT_READ, label) for meaning, label in headings.meanings().items()]
        for number, (heading, meaning) in enumerate(headings_found.items()):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading, choices=choices, initial=meaning or self.NOT_READ
            )

    def mapping(self) -> dict[str, str]:
        """Normal heading → meaning, where it was chosen otherwise than understood."""
        chosen = {
            heading: str(self.cleaned_data[f"column_{number}"]) for number, heading in enumerate(self.headings_found)
        }
        meant = {heading: "" if value == self.NOT_READ else value for heading, value in chosen.items()}
        return {normal(heading): value for heading, value in meant.items() if value != self.headings_found[heading]}


class MatchForm(PortalForm):
    """Which of the suggestions a row is; `choice` is "kind:key"."""

    choice = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, suggestions: Iterable[Suggestion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {key_of(one): one for one in suggestions}

    def clean_choice(self) -> str:
        choice: str = self.cleaned_data["choice"]
        if choice not in self.by_key:
            raise forms.ValidationError(_("情况刚才变了，请再看一看这一笔。"))
        return choice

    @property
    def chosen(self) -> Suggestion:
        return self.by_key[self.cleaned_data["choice"]]


class AsideForm(PortalForm):
    """What a row is when it is neither a household's nor on a voucher."""

    note = forms.CharField(
        label=_("这是什么"), max_length=120, help_text=_("例如：银行利息，凭证下个月做；转错了，已退回。")
    )


def key_of(suggestion: Suggestion) -> str:
    """The name of a suggestion in a form."""
    return f"{suggestion.kind}:{suggestion.target.pk}"


def row_filter(accounts: Sequence[Account]) -> type[FilterSet]:
    """The filter of the rows of statements of one book."""

    class RowFilter(FilterSet):
        match = ChoiceFilter(label=_("核对"), choices=StatementRow.Match.choices, empty_label=_("全部"))
        account = ChoiceFilter(
            label=_("账户"), choices=[(one.pk, one.label) for one in accounts], empty_label=_("全部")
        )
        kind = ChoiceFilter(label=_("收支"), choices=StatementRow.Kind.choices, empty_label=_("全部"))
        first = DateFilter(
            label=_("从哪天起"), field_name="day", lookup_expr="gte", widget=forms.DateInput(attrs={"type": "date"})
        )
        last = DateFilter(
            label=_("到哪天止"), field_name="day", lookup_expr="lte", widget=forms.DateInput(attrs={"type": "date"})
        )
        words = CharFilter(label=_("附言里的字"), field_name="remark", lookup_expr="icontains")

    return RowFilter
