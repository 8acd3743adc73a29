"""A household's proof that its payment is in a published quarter: as a page, as a file, on paper. Nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access, public
from property.models import Publication, PublicationLeaf
from property.proofs.paper import print_proof
from property.proofs.proof import HomeProof, own_homes, proofs_for
from property.publication import seal

VERIFIER = Path(settings.BASE_DIR, "docs", "verify", "verify.py")


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def proof(request: PortalRequest, pk: Any) -> HttpResponse:
    """What the reader's own household paid in the quarter, and that it is in the published sum."""
    publication, proofs = _own(request, pk)
    context = {
        "publication": publication,
        "proofs": proofs,
        "code": seal.grouped(publication.check_code or ""),
        "newer": Publication.objects.beside(publication)
        .filter(quarter=publication.quarter, version__gt=publication.version)
        .first(),
    }
    return render(request, "property/proofs/proof.html", context)


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def proof_file(request: PortalRequest, pk: Any, home: Any) -> HttpResponse:
    """The proof as JSON, for the stand-alone verifier."""
    publication, one = _own_with_data(request, pk, home)
    answer = HttpResponse(one.as_json(), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="proof-{publication.quarter}-{publication.version}.json"'
    return answer


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def proof_paper(request: PortalRequest, pk: Any, home: Any) -> HttpResponse:
    """The proof on a sheet of paper."""
    publication, one = _own_with_data(request, pk, home)
    answer = HttpResponse(print_proof(publication, one), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="proof-{publication.quarter}-{publication.version}.pdf"'
    return answer


@public
@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks a proof without the portal, to be read before it is run."""
    return HttpResponse(VERIFIER.read_bytes(), content_type="text/plain; charset=utf-8")


def _own(request: PortalRequest, pk: Any) -> tuple[Publication, list[HomeProof]]:
    """The publication with a proof for each of the reader's households of the estate; 404 where there is none."""
    publication: Publication = get_object_or_404(Publication.objects.visible_to(request.user).out().for_page(), pk=pk)
    homes = own_homes(publication, request.user.scope.households)
    if not homes:
        raise Http404
    leaves = PublicationLeaf.objects.visible_to(request.user).filter(publication=publication)
    return publication, proofs_for(publication, homes, list(leaves.select_related("household")))


def _own_with_data(request: PortalRequest, pk: Any, home: Any) -> tuple[Publication, HomeProof]:
    publication, proofs = _own(request, pk)
    for one in proofs:
        if one.household.pk == home and one.data is not None:
            return publication, one
    raise Http404
