from django.urls import path

from property.handover import views

urlpatterns = [
    path("books/<int:pk>/handovers/", views.handovers, name="handovers"),
    path("books/<int:pk>/handovers/new/", views.handover_new, name="handover_new"),
    path("handovers/<uuid:pk>/", views.handover, name="handover"),
    path("handovers/<uuid:pk>/pdf/", views.handover_pdf, name="handover_pdf"),
    path("handovers/<uuid:pk>/sign/", views.handover_sign, name="handover_sign"),
    path("handovers/<uuid:pk>/again/", views.handover_again, name="handover_again"),
    path("handovers/<uuid:pk>/cancel/", views.handover_cancel, name="handover_cancel"),
]
