"""Which room answers which address."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("community.urls")),
    path("account/", include("community.account_urls")),
    path("places/", include("grids.urls")),
    path("requests/", include("helpdesk.urls")),
    path("open311/v2/", include("helpdesk.open311.urls")),
    path("visits/", include("visits.urls")),
    path("stewards/", include("stewards.urls")),
    path("alliance/", include("alliance.urls")),
    path("estate/", include("property.urls")),
]

handler400 = "core.errors.bad_request"
handler403 = "core.errors.forbidden"
handler404 = "core.errors.not_found"
handler500 = "core.errors.server_error"
