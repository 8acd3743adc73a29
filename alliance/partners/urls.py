from django.urls import path

from alliance.partners.views import needs, resources, steps, units

urlpatterns = [
    path("", units.partners, name="partners"),
    path("units/new/", units.partner_new, name="partner_new"),
    path("units/<int:pk>/", units.partner, name="partner"),
    path("units/<int:pk>/edit/", units.partner_edit, name="partner_edit"),
    path("units/<int:pk>/leave/", units.partner_leave, name="partner_leave"),
    path("needs/", needs.needs, name="needs"),
    path("needs/new/", needs.need_new, name="need_new"),
    path("needs/<uuid:pk>/", needs.need, name="need"),
    path("needs/<uuid:pk>/edit/", needs.need_edit, name="need_edit"),
    path("needs/<uuid:pk>/drop/", needs.need_drop, name="need_drop"),
    path("needs/<uuid:pk>/propose/<uuid:resource_pk>/", needs.propose_match, name="propose_match"),
    path("resources/", resources.resources, name="resources"),
    path("resources/new/", resources.resource_new, name="resource_new"),
    path("resources/<uuid:pk>/", resources.resource, name="resource"),
    path("resources/<uuid:pk>/edit/", resources.resource_edit, name="resource_edit"),
    path("resources/<uuid:pk>/withdraw/", resources.resource_withdraw, name="resource_withdraw"),
    path("projects/", steps.projects, name="projects"),
    path("projects/new/", steps.project_new, name="project_new"),
    path("projects/<uuid:pk>/", steps.project, name="project"),
    path("projects/<uuid:pk>/<str:action>/", steps.project_step, name="project_step"),
    path("pledges/", steps.pledges, name="pledges"),
    path("pledges/new/", steps.pledge_new, name="pledge_new"),
    path("pledges/<uuid:pk>/", steps.pledge, name="pledge"),
    path("pledges/<uuid:pk>/photo/", steps.pledge_photo, name="pledge_photo"),
    path("pledges/<uuid:pk>/<str:action>/", steps.pledge_step, name="pledge_step"),
]
