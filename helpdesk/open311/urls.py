from django.urls import path, register_converter

from helpdesk.open311 import views
from helpdesk.open311.answers import JSON, XML


class FormatConverter:
    regex = f"{JSON}|{XML}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormatConverter, "open311_format")

app_name = "open311"
urlpatterns = [
    path("", views.discovery, name="root"),
    path("discovery.<open311_format:form>", views.discovery, name="discovery"),
    path("services.<open311_format:form>", views.services, name="services"),
    path("services/<str:code>.<open311_format:form>", views.service, name="service"),
    path("requests.csv", views.sheet, name="sheet"),
    path("requests.<open311_format:form>", views.requests, name="requests"),
    path("requests/<str:number>.<open311_format:form>", views.one, name="request"),
    path("tokens/<path:given>.<open311_format:form>", views.token, name="token"),
    path("<path:rest>", views.unknown, name="unknown"),
]
