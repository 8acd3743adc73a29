"""Every write to a published quarter: drafted, filled in, signed by five people, published, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.files import store
from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from core.scoping import locked
from property.models import Account, Book, CashProof, Publication, PublicationLine, PublicationSignature
from property.models.publication import PUBLICATION_STEPS, SIGNATORIES
from property.proofs.leaves import freeze_payments, paid_in, thaw_payments
from property.proofs.trees import LineTree, line_leaf
from property.publication import readiness, seal, typed
from property.publication.hashes import content_of, hash_of
from property.publication.rows import Outstanding, Row, Section, freeze
from property.publication.sections import Sections, compose

State = Publication.State
NOTICE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Proof:
    """What the cashier found of a money account; `balance` None while it is not known."""

    code: str
    balance: Decimal | None = None
    items: Sequence[Outstanding] = ()
    explanation: str = ""
    counted_on: date | None = None
    counted_by: str = ""
    witness: str = ""


@transaction.atomic
def draft_publication(book: Book, *, by: User, quarter: Quarter) -> Publication:
    """Begin the publication of a quarter whose months are closed, with the texts of the one before."""
    book = locked(book)
    PUBLICATION_STEPS.find("", "draft", by.scope.offices(book.estate_id))
    for one in readiness.quarter_checks(book, quarter):
        if not one.passed:
            raise Refused(one.text)
    before = Publication.objects.of_book(book).out().newest_first().first()
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(quarter)s收支公示") % {"quarter": quarter.label}
        issuer = _("%(estate)s物业自治管理委员会") % {"estate": book.estate}
    publication = Publication(
        community_id=book.community_id,
        book=book,
        quarter=str(quarter),
        title=title[:60],
        issuer=issuer[:80],
        places=before.places if before else "",
        contact=before.contact if before else "",
        inspection_hours=before.inspection_hours if before else "",
        drafted_by=by,
        drafted_at=clock.now(),
    )
    publication.save(force_insert=True)
    typed.carry(before, publication, sections=(Section.STAFF, Section.ASSETS))
    compose(book, quarter, [])
    audit.record("publication_drafted", publication, by=by)
    return publication


@transaction.atomic
def change_draft(
    publication: Publication,
    *,
    by: User,
    revision: int,
    places: str,
    contact: str,
    inspection_hours: str,
    notes: str,
    proofs: Iterable[Proof],
    rows: Iterable[Row] | None = None,
) -> Publication:
    """Fill in what the books do not know. Signatures that were already given become void, which is recorded.

    `rows` are those typed for sections 6 to 8, all of them; None leaves them as they are.
    """
    book, publication = _locked(publication)
    step = PUBLICATION_STEPS.find(publication.state, "change", by.scope.offices(book.estate_id))
    _check_revision(publication, revision)
    before = {name: getattr(publication, name) for name in ("places", "contact", "inspection_hours", "notes")}
    publication.places, publication.contact = places, contact
    publication.inspection_hours, publication.notes = inspection_hours, notes
    _void_signatures(publication, by=by)
    publication.state, publication.content_hash = step.target, ""
    publication.revision += 1
    publication.save()
    _keep_proofs(publication, proofs)
    if rows is not None:
        typed.keep(publication, rows)
    changes = {name: [old, getattr(publication, name)] for name, old in before.items()}
    audit.record(
        "publication_changed",
        publication,
        by=by,
        changes={k: pair for k, pair in changes.items() if pair[0] != pair[1]},
    )
    return publication


def change_rows(
    publication: Publication, *, by: User, revision: int, rows: Iterable[Row], proofs: Mapping[str, CashProof]
) -> Publication:
    """Put these rows in sections 6 to 8; all else of the draft stays, `proofs` as they are kept."""
    return change_draft(
        publication,
        by=by,
        revision=revision,
        places=publication.places,
        contact=publication.contact,
        inspection_hours=publication.inspection_hours,
        notes=publication.notes,
        proofs=[_kept(code, proof) for code, proof in proofs.items()],
        rows=rows,
    )


def _kept(code: str, proof: CashProof) -> Proof:
    items = tuple(Outstanding(what, Decimal(amount)) for what, amount in proof.items)
    return Proof(code, proof.balance, items, proof.explanation, proof.counted_on, proof.counted_by, proof.witness)


@transaction.atomic
def sign(publication: Publication, *, by: User, revision: int) -> Publication:
    """Sign for the office that is due: 制表, 出纳, 审核, 负责人, 监督, five people. The first freezes the rows.

    `revision` is the one that was shown; a signature stands under what its signer has seen.
    """
    book, publication = _locked(publication)
    offices = by.scope.offices(book.estate_id)
    step = PUBLICATION_STEPS.find(publication.state, "sign", offices)
    _check_revision(publication, revision)
    signed = _signed(publication)
    if by.pk in {row.user_id for row in signed}:
        raise Refused(_("您已经签过字了，每个人只签一次。"))
    due = next((office for office in SIGNATORIES if office not in {row.office for row in signed}), None)
    if due is None:
        raise Refused(_("五个职务都签好字了，可以公示。"))
    if due not in offices:
        left = readiness.signature_checks(book, [row.office for row in signed])
        raise Refused(next(one.text for one in left if not one.passed))
    if publication.state == State.DRAFT:
        _freeze(book, publication)
    publication.state = step.target
    publication.revision += 1
    publication.save()
    PublicationSignature.objects.create(
        community_id=publication.community_id,
        publication=publication,
        office=due,
        user=by,
        name=by.name,
        at=clock.now(),
        content_hash=publication.content_hash,
    )
    audit.record("publication_signed", publication, by=by, changes={"hash": ["", publication.content_hash]})
    _call_next(book, publication, [*(row.office for row in signed), due])
    return publication


@transaction.atomic
def publish(publication: Publication, *, by: User) -> Publication:
    """Publish what five people have signed: hash, check code, 30 days of notice, the sheet as PDF; for good.

    Refused with the names of the offices that have not signed, and of those that nobody holds.
    """
    from property.publication.printed import print_sheet

    book, publication = _locked(publication)
    step = PUBLICATION_STEPS.find(publication.state, "publish", by.scope.offices(book.estate_id))
    signed = _signed(publication)
    left = readiness.signature_checks(book, [row.office for row in signed])
    if not all(one.passed for one in left):
        raise Refused("".join(one.text for one in left if not one.passed))
    today = clock.today()
    publication.state = step.target
    publication.published_at, publication.published_by = clock.now(), by
    publication.notice_from, publication.notice_to = today, today + timedelta(days=NOTICE_DAYS)
    publication.hash = hash_of(publication, signed)
    publication.check_code = seal.code_of(publication.hash)
    publication.pdf = store(
        print_sheet(publication),
        name=f"{publication.title}.pdf",
        content_type="application/pdf",
        community=publication.community,
        by=by,
    )
    _supersede(publication, by=by)
    publication.save()
    changes = {
        "hash": ["", publication.hash],
        "pdf": ["", publication.pdf.sha256],
        "state": [State.SIGNING.value, publication.state],
    }
    audit.record("publication_published", publication, by=by, changes=changes)
    text = _("%(publication)s出来了，请看一看钱收了多少、花在哪里。") % {"publication": publication}
    notify(_readers(book), about=publication, kind="publication_published", text=text)
    return publication


@transaction.atomic
def correct(publication: Publication, *, by: User, reason: str) -> Publication:
    """Begin the next version of what is published; this one stays as it is, and valid until the next is published."""
    book, publication = _locked(publication)
    given = {"reason": reason.strip()}
    step = PUBLICATION_STEPS.find("", "correct", by.scope.offices(book.estate_id), given)
    if publication.state != State.PUBLISHED:
        raise Refused(_("只有正在公示的这一版可以更正。"))
    if Publication.objects.of_book(book).filter(quarter=publication.quarter).unfinished().exists():
        raise Refused(_("这个季度的更正版已经在编制，请接着办。"))
    corrected = Publication(
        community_id=book.community_id,
        book=book,
        quarter=publication.quarter,
        version=publication.version + 1,
        state=step.target,
        title=publication.title,
        issuer=publication.issuer,
        supersedes=publication,
        reason=given["reason"],
        places=publication.places,
        contact=publication.contact,
        inspection_hours=publication.inspection_hours,
        notes=publication.notes,
        drafted_by=by,
        drafted_at=clock.now(),
    )
    corrected.save(force_insert=True)
    CashProof.objects.bulk_create(
        [
            CashProof(
                community_id=corrected.community_id,
                publication=corrected,
                account_id=proof.account_id,
                balance=proof.balance,
                items=proof.items,
                explanation=proof.explanation,
                counted_on=proof.counted_on,
                counted_by=proof.counted_by,
                witness=proof.witness,
            )
            for proof in CashProof.objects.of(publication)
        ]
    )
    typed.carry(publication, corrected)
    audit.record("publication_correction_begun", corrected, by=by, reason=reason)
    return corrected


def draft_sections(publication: Publication) -> tuple[Sections, dict[str, CashProof]]:
    """The sections of a draft as the books have them now, and the proofs by code of the account."""
    proofs = {proof.account.code: proof for proof in CashProof.objects.of(publication).select_related("account")}
    return compose(publication.book, publication.period, proofs.values(), typed.typed_rows(publication)), proofs


def _freeze(book: Book, publication: Publication) -> None:
    """Write the rows and their hash, once everything that belongs on the sheet is there."""
    sections, proofs = draft_sections(publication)
    for one in readiness.content_checks(publication, sections, proofs):
        if not one.passed:
            raise Refused(one.text)
    lines = [(section, position, freeze(row)) for section, position, row in sections.lines()]
    PublicationLine.objects.bulk_create(
        [
            PublicationLine(
                community_id=publication.community_id,
                publication=publication,
                section=section,
                position=position,
                cells=cells,
                hash=line_leaf(section, position, cells),
            )
            for section, position, cells in lines
        ],
        batch_size=500,
    )
    tree = LineTree.of(lines)
    root = freeze_payments(publication, paid_in(book, publication), tree)
    if root.paid - root.back != sum(row.received for row in sections.collection):
        raise Refused(_("各户交的钱相加，和收费情况里的合计对不上，请先核对收费记录。"))
    publication.content_hash = seal.content_hash(content_of(publication, tree.summary))


def _locked(publication: Publication) -> tuple[Book, Publication]:
    """Book and publication, locked in this order everywhere."""
    book = locked(publication.book)
    publication = locked(publication)
    publication.book = book
    return book, publication


def _check_revision(publication: Publication, revision: int) -> None:
    if publication.revision != revision:
        raise Refused(_("这份公示刚才有人改过或签过字，请看一看现在的内容再决定。"))


def _signed(publication: Publication) -> list[PublicationSignature]:
    return list(PublicationSignature.objects.of(publication))


def _void_signatures(publication: Publication, *, by: User) -> None:
    """Take signatures and frozen lines away from what is about to change; those who had signed are told."""
    signed = _signed(publication)
    if not signed:
        return
    names = _("、").join(row.name for row in signed)
    audit.record("publication_signatures_voided", publication, by=by, changes={"signatures": [names, ""]})
    text = _("%(publication)s的内容改过了，您的签字已作废，请再看一看。") % {"publication": publication}
    users = [row.user for row in PublicationSignature.objects.of(publication).select_related("user")]
    notify([user for user in users if user.pk != by.pk], about=publication, kind="publication_changed", text=text)
    PublicationSignature.objects.of(publication).delete()
    PublicationLine.objects.of(publication).delete()
    thaw_payments(publication)


def _keep_proofs(publication: Publication, proofs: Iterable[Proof]) -> None:
    """The cash proofs as given, in place of those there were."""
    accounts: Mapping[str, Account] = {
        account.code: account for account in Account.objects.of_book(publication.book).filter(is_money=True)
    }
    rows = []
    for proof in proofs:
        if proof.code not in accounts:
            raise Refused(_("请选择本账本里的钱款账户。"))
        if proof.counted_by and proof.counted_by == proof.witness:
            raise Refused(_("盘点人和监盘人不能是同一个人。"))
        rows.append(
            CashProof(
                community_id=publication.community_id,
                publication=publication,
                account=accounts[proof.code],
                balance=proof.balance,
                items=[[item.what, str(item.amount)] for item in proof.items],
                explanation=proof.explanation,
                counted_on=proof.counted_on,
                counted_by=proof.counted_by,
                witness=proof.witness,
            )
        )
    CashProof.objects.of(publication).delete()
    CashProof.objects.bulk_create(rows)


def _call_next(book: Book, publication: Publication, done: list[str]) -> None:
    """Tell whoever signs next, or the chair that everything is signed."""
    held = readiness.officers(book)
    due = next((office for office in SIGNATORIES if office not in done), None)
    words = {"publication": publication}
    if due is None:
        text = _("%(publication)s五个职务都签好字了，可以公示。") % words
        notify(held["chair"], about=publication, kind="publication_signed", text=text)
    else:
        text = _("%(publication)s等您签字。") % words
        notify(held[due], about=publication, kind="publication_to_sign", text=text)


def _supersede(publication: Publication, *, by: User) -> None:
    """Mark the version before as corrected; nothing else of it changes."""
    if publication.supersedes is None:
        return
    before = locked(publication.supersedes)
    step = PUBLICATION_STEPS.find(before.state, "supersede", by.scope.offices(publication.book.estate_id))
    before.state = step.target
    before.save(update_fields=["state"])
    audit.record("publication_superseded", before, by=by, changes={"version": [before.version, publication.version]})


def _readers(book: Book) -> Iterable[User]:
    """Everybody with an account of a household of the estate."""
    homes = (
        Appointment.objects.unscoped(reason="who is told of the publication of an estate")
        .filter(role=Role.RESIDENT, household__building__estate=book.estate_id)
        .current()
    )
    return User.objects.filter(is_active=True, pk__in=homes.values("user"))
