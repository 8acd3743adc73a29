"""The addresses of what came of requests: rates, spots, stories, thanks, the digest."""

from django.urls import path

from helpdesk.views import rates

OUTCOME = [
    path("rates/", rates.rates_view, name="rates"),
    path("rates/cases/", rates.rate_cases, name="rate_cases"),
]
