from django.urls import path

from grids.rosters import views as roster_views
from grids.views import care, own, pairings, people, places, search

app_name = "grids"
urlpatterns = [
    path("", places.places, name="places"),
    path("search/", search.find, name="search"),
    path("buildings/<int:pk>/", places.building, name="building"),
    path("households/mine/", own.my_household, name="mine"),
    path("households/<uuid:pk>/", people.household, name="household"),
    path("households/<uuid:pk>/edit/", people.household_edit, name="household_edit"),
    path("households/<uuid:pk>/members/add/", people.member_add, name="member_add"),
    path("households/<uuid:pk>/members/<uuid:resident_pk>/edit/", people.resident_edit, name="resident_edit"),
    path("households/<uuid:pk>/care/add/", care.add, name="care_add"),
    path("households/<uuid:pk>/pair/<str:kind>/", pairings.pair, name="pair"),
    path("care/", care.listing, name="care"),
    path("care/hints/", care.hints, name="care_hints"),
    path("care/board/", pairings.board, name="care_board"),
    path("care/mine/", pairings.mine, name="my_pairings"),
    path("care/gaps/", pairings.gap_list, name="gaps"),
    path("care/gaps/buildings/<int:pk>/", pairings.pair_building, name="pair_building"),
    path("care/pairings/<uuid:pk>/end/", pairings.pairing_end, name="pairing_end"),
    path("care/tags/<int:pk>/edit/", care.change, name="care_change"),
    path("care/tags/<int:pk>/end/", care.end, name="care_end"),
    path("roster/", roster_views.roster_send, name="roster_send"),
    path("roster/<uuid:pk>/", roster_views.roster, name="roster"),
    path("roster/<uuid:pk>/columns/", roster_views.roster_columns, name="roster_columns"),
]
