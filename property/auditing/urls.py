from django.urls import path

from property.auditing import views

urlpatterns = [
    path("books/<int:pk>/audit/", views.audit_openings, name="audit_openings"),
    path("books/<int:pk>/audit/purpose/", views.audit_purpose, name="audit_purpose"),
]
