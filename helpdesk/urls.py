from django.urls import path

from helpdesk.outcome_urls import OUTCOME
from helpdesk.views import log, pages, settings, steps

app_name = "helpdesk"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("mine/", pages.mine, name="mine"),
    path("new/", log.new, name="new"),
    path("new/behalf/", log.behalf, name="behalf"),
    path("settings/", settings.settings_page, name="settings"),
    *OUTCOME,
    path("<uuid:pk>/", pages.request_page, name="request"),
    path("<uuid:pk>/update/", steps.update, name="update"),
    path("<uuid:pk>/other/", steps.name_other, name="name_other"),
    path("<uuid:pk>/sides/<uuid:side_pk>/agree/", steps.agree, name="agree"),
    path("<uuid:pk>/phone/", pages.phone, name="phone"),
    path("<uuid:pk>/photos/<uuid:photo_pk>/", pages.photo, name="photo"),
    path("<uuid:pk>/rate/", steps.step, {"action": "rate"}, name="rate"),
    path("<uuid:pk>/<slug:action>/", steps.step, name="step"),
]
