from django.urls import path

from property.proofs import views

urlpatterns = [
    path("quarters/<uuid:pk>/proof/", views.proof, name="proof"),
    path("quarters/<uuid:pk>/proof/<uuid:home>/file/", views.proof_file, name="proof_file"),
    path("quarters/<uuid:pk>/proof/<uuid:home>/paper/", views.proof_paper, name="proof_paper"),
    path("check/verify.py", views.verifier, name="verifier"),
]
