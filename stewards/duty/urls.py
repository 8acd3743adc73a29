from django.urls import URLPattern, path

from stewards.duty.views import own, rosters, shifts, templates

urlpatterns: list[URLPattern] = [
    path("duty/", rosters.rosters, name="rosters"),
    path("duty/new/", rosters.roster_new, name="roster_new"),
    path("duty/mine/", own.my_shifts, name="my_shifts"),
    path("duty/mine/calendar/", own.my_calendar, name="my_duty_calendar"),
    path("duty/mine/wishes/", own.wishes, name="shift_wishes"),
    path("duty/shifts/", templates.templates, name="templates"),
    path("duty/shifts/add/", templates.template_new, name="template_new"),
    path("duty/shifts/<int:pk>/", templates.template, name="template"),
    path("duty/shifts/<int:pk>/use/", templates.template_use, name="template_use"),
    path("duty/<uuid:pk>/", rosters.roster, name="roster"),
    path("duty/<uuid:pk>/search/", rosters.roster_search, name="roster_search"),
    path("duty/<uuid:pk>/enough/", rosters.roster_enough, name="roster_enough"),
    path("duty/<uuid:pk>/best/", rosters.roster_best, name="roster_best"),
    path("duty/<uuid:pk>/send/", rosters.roster_send, name="roster_send"),
    path("duty/<uuid:pk>/publish/", rosters.roster_publish, name="roster_publish"),
    path("duty/<uuid:pk>/drop/", rosters.roster_drop, name="roster_drop"),
    path("duty/<uuid:pk>/sheet/", rosters.roster_sheet, name="roster_sheet"),
    path("duty/<uuid:pk>/answers/", rosters.answers, name="roster_answers"),
    path("duty/<uuid:pk>/answers/<uuid:steward_pk>/", rosters.answers_for, name="roster_answers_for"),
    path("duty/<uuid:pk>/all/", own.answer_all, name="answer_all"),
    path("duty/shift/<uuid:pk>/", shifts.shift, name="shift"),
    path("duty/slot/<int:pk>/", shifts.put_in, name="put_in"),
    path("duty/seat/<uuid:pk>/", shifts.seat, name="seat"),
    path("duty/seat/<uuid:pk>/answer/<str:answer>/", own.seat_answer, name="seat_answer"),
    path("duty/seat/<uuid:pk>/<str:step>/", shifts.seat_step, name="seat_step"),
]
