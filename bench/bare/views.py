"""The list that every page of the portal is compared with, and the POST for its posts."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bare.models import Note

ROWS = 25


@login_required
def notes(request: HttpRequest) -> HttpResponse:
    """25 rows of one table."""
    return render(request, "notes.html", {"notes": Note.objects.all()[:ROWS]})


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Two rows in one transaction."""
    if request.method == "POST":
        with transaction.atomic():
            for title in (request.POST["title"], request.POST["second"]):
                Note.objects.create(title=title, place=request.POST["place"], text=request.POST["text"])
        return redirect("notes")
    return render(request, "add.html")
