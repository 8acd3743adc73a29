from django.urls import path

from grids.rosters import views as roster_views
from grids.views import own, people, places, search

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
    path("roster/", roster_views.roster_send, name="roster_send"),
    path("roster/<uuid:pk>/", roster_views.roster, name="roster"),
    path("roster/<uuid:pk>/columns/", roster_views.roster_columns, name="roster_columns"),
]
