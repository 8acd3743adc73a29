from django.urls import path

from property.reimbursing import views

urlpatterns = [
    path("books/<int:pk>/parts/", views.claims, name="claims"),
    path("books/parts/<uuid:pk>/draft/", views.claim_draft, name="claim_draft"),
    path("books/parts/<uuid:pk>/decline/", views.claim_decline, name="claim_decline"),
]
