"""What somebody may say is wrong: the facts of a household and of a person, how each is typed, kept and shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from core.fields import MaskedCharField, MaskedDateField, mask_birth, mask_phone, plain_of
from core.refusal import Refused
from grids import person
from grids.codes import CareCategory, Departure, Relation
from grids.models import Household, Proposal, Resident

RADIOS_AT_MOST = 5


@dataclass(frozen=True)
class Fact:
    """One field of the register that a resident sees and may correct; a value travels as text."""

    name: str
    model: type[models.Model]

    @property
    def field(self) -> Any:
        return self.model._meta.get_field(self.name)

    @property
    def label(self) -> str:
        return str(self.field.verbose_name)

    @property
    def is_sensitive(self) -> bool:
        return isinstance(self.field, MaskedCharField)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen; empty for what is typed."""
        if isinstance(self.field, models.BooleanField):
            return [("yes", _("是")), ("no", _("不是"))]
        return [(str(code), str(words)) for code, words in self.field.flatchoices]

    def text(self, row: models.Model) -> str:
        """The value that stands in the register, as it travels."""
        value = plain_of(getattr(row, self.name))
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "")

    def parse(self, text: str) -> Any:
        """What the register's action is given."""
        return {"yes": True, "no": False}[text] if isinstance(self.field, models.BooleanField) else text

    def show(self, text: str) -> str:
        """A travelling value for a page: labels for codes, sensitive values masked."""
        if not text:
            return ""
        if self.is_sensitive:
            return str(self.field.mask(text))
        return dict(self.choices).get(text, text)

    def check(self, text: str, row: models.Model) -> str:
        """The typed value as it would stand in the register; raises Refused with what to mend."""
        known = row if isinstance(row, Resident) else None
        try:
            return str(person.read({self.name: " ".join(text.split())}, known=known)[self.name])
        except person.PersonDoubt as doubt:
            raise Refused(str(doubt)) from doubt

    def form_field(self) -> forms.Field:
        """The field in which the right value is typed or chosen."""
        label = _("正确的%(fact)s") % {"fact": self.label}
        if self.choices:
            few = len(self.choices) <= RADIOS_AT_MOST
            choices = self.choices if few else [("", _("请选择")), *self.choices]
            return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect if few else forms.Select)
        if isinstance(self.field, MaskedDateField):
            return forms.CharField(label=label, max_length=10, help_text=_("例如 1956-03-07。"))
        attrs = {"type": "tel", "inputmode": "tel"} if self.name == "phone" else {}
        return forms.CharField(label=label, max_length=self.field.max_length, widget=forms.TextInput(attrs=attrs))


HOUSEHOLD_FACTS = {name: Fact(name, Household) for name in ("kind", "phone")}
RESIDENT_FACTS = {
    name: Fact(name, Resident)
    for name in ("name", "sex", "birth_date", "phone", "id_number", "hukou", "employment", "is_party_member")
}


def fact_of(name: str, *, of_resident: bool) -> Fact | None:
    """The fact of this name; None where it cannot be corrected."""
    return (RESIDENT_FACTS if of_resident else HOUSEHOLD_FACTS).get(name)


@dataclass(frozen=True)
class Asked:
    """A proposal as pages show it: whose, what, what stood there, what it should be; nothing sensitive in plain."""

    proposal: Proposal
    subject: str
    what: str
    before: str
    after: str

    @property
    def tone(self) -> str:
        states = Proposal.State
        tones = {states.OPEN: "wait", states.ACCEPTED: "good", states.DECLINED: "warn"}
        return tones.get(states(self.proposal.state), "idle")

    @property
    def is_open(self) -> bool:
        return self.proposal.state == Proposal.State.OPEN

    @property
    def has_secret(self) -> bool:
        """Whether the plain value has to be asked for."""
        fact = fact_for(self.proposal)
        return fact is not None and fact.is_sensitive


def fact_for(proposal: Proposal) -> Fact | None:
    """The fact that a proposal to change one is about."""
    if proposal.kind != Proposal.Kind.CHANGE:
        return None
    return fact_of(proposal.field, of_resident=proposal.resident_id is not None)


def asked(proposal: Proposal) -> Asked:
    """How a proposal is told."""
    subject = proposal.resident.name if proposal.resident else _("这一户")
    after = str(plain_of(proposal.after) or "")
    fact = fact_for(proposal)
    if fact is not None:
        return Asked(proposal, subject, fact.label, fact.show(str(plain_of(proposal.before) or "")), fact.show(after))
    what = str(proposal.get_kind_display())
    match proposal.kind:
        case Proposal.Kind.JOIN:
            return Asked(proposal, subject, what, "", newcomer_words(after))
        case Proposal.Kind.LEAVE:
            return Asked(proposal, subject, what, "", _leaving(proposal, after))
        case Proposal.Kind.CARE_END if proposal.field in CareCategory.values:
            return Asked(proposal, subject, what, str(CareCategory(proposal.field).label), "")
    return Asked(proposal, subject, what, "", after)


def says_died(proposal: Proposal) -> bool:
    """Whether somebody is said to live here no longer because he has died."""
    return proposal.kind == Proposal.Kind.LEAVE and proposal.field == Departure.DIED


def _leaving(proposal: Proposal, day: str) -> str:
    if says_died(proposal):
        return _("%(day)s 过世") % {"day": day} if day else _("过世了")
    return _("%(day)s 搬走") % {"day": day} if day else ""


SAID_OF_NEWCOMER = ("name", "relation", "starts_on", "birth_date", "phone")


def newcomer_text(**said: str) -> str:
    """How a proposal keeps what is said of somebody who has come: SAID_OF_NEWCOMER, as far as it is known."""
    return json.dumps({key: said[key] for key in SAID_OF_NEWCOMER if said.get(key)}, ensure_ascii=False)


def newcomer(after: str) -> dict[str, str]:
    """What a proposal to add somebody says of him, as SAID_OF_NEWCOMER; {} where it is only words."""
    try:
        given = json.loads(after)
    except ValueError:
        return {}
    return {key: str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def newcomer_words(after: str) -> str:
    """The same as one line; a birth date and a phone number are masked."""
    given = newcomer(after)
    if not given:
        return after
    relation = dict(Relation.choices).get(given.get("relation", ""), "")
    born, phone = given.get("birth_date", ""), given.get("phone", "")
    masked = mask_birth(born) if born else "", mask_phone(phone) if phone else ""
    return " · ".join(str(part) for part in (given.get("name"), relation, given.get("starts_on"), *masked) if part)
