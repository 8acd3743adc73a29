"""The page of a job: how far it is, what came of it. Its owner's alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.models import Job


def job(request: HttpRequest, pk: str) -> HttpResponse:
    """The page reloads itself every two seconds until the job is over."""
    found = get_object_or_404(Job, pk=pk, owner_id=request.user.pk)
    answer = render(request, "core/job.html", {"job": found})
    answer["Cache-Control"] = "no-store"
    if not found.is_over:
        answer["Refresh"] = "2"
    return answer


job.access = "signed_in"  # type: ignore[attr-defined]
