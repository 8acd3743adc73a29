from django.urls import URLPattern, path

from stewards.members.views import listing, own, settings, skills, times

urlpatterns: list[URLPattern] = [
    path("", listing.stewards, name="list"),
    path("me/", own.mine, name="mine"),
    path("papers/", skills.to_look_at, name="papers"),
    path("skills/", settings.kinds, name="skill_kinds"),
    path("skills/add/", settings.kind_add, name="skill_kind_add"),
    path("skills/<int:pk>/", settings.kind_edit, name="skill_kind_edit"),
    path("apart/", settings.apart, name="apart"),
    path("apart/<int:pk>/end/", settings.apart_end, name="apart_end"),
    path("two/", settings.two, name="two_together"),
    path("two/add/", settings.two_add, name="two_together_add"),
    path("two/<int:pk>/end/", settings.two_end, name="two_together_end"),
    path("<uuid:pk>/", own.steward, name="steward"),
    path("<uuid:pk>/about/", times.about, name="steward_about"),
    path("<uuid:pk>/week/", times.week, name="availability"),
    path("<uuid:pk>/times/add/", times.say, name="time_add"),
    path("<uuid:pk>/times/<int:said_pk>/drop/", times.take_back, name="time_drop"),
    path("<uuid:pk>/pause/", times.pause, name="pause_add"),
    path("<uuid:pk>/pause/<int:pause_pk>/end/", times.resume, name="pause_end"),
    path("<uuid:pk>/notes/", skills.note, name="steward_note"),
    path("<uuid:pk>/skills/add/", skills.skill_add, name="skill_add"),
    path("<uuid:pk>/skills/<int:held_pk>/", skills.skill_edit, name="skill_edit"),
    path("<uuid:pk>/skills/<int:held_pk>/drop/", skills.skill_drop, name="skill_drop"),
    path("<uuid:pk>/skills/<int:held_pk>/confirm/", skills.skill_confirm, name="skill_confirm"),
    path("<uuid:pk>/skills/<int:held_pk>/return/", skills.skill_return, name="skill_return"),
    path("<uuid:pk>/skills/<int:held_pk>/paper/<str:which>/", skills.skill_paper, name="skill_paper"),
]
