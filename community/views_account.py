"""What the portal says where allauth would send a mail."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from community.access import public


@public
def forgotten_password(request: HttpRequest) -> HttpResponseBase:
    """A forgotten password is a new letter, handed over in person."""
    return render(request, "account/password_reset.html")
