from django.urls import URLPattern, path

from stewards.hours.views import office, own, papers

urlpatterns: list[URLPattern] = [
    path("hours/", own.my_hours, name="my_hours"),
    path("hours/thanks/<int:year>/", own.thanks, name="hours_thanks"),
    path("hours/entries/<uuid:pk>/", own.entry, name="hours_entry"),
    path("hours/entries/<uuid:pk>/correct/", office.reverse, name="hours_reverse"),
    path("hours/report/", own.report_new, name="self_report_new"),
    path("hours/reports/", office.reports, name="self_reports"),
    path("hours/reports/<uuid:pk>/", own.report, name="self_report"),
    path("hours/reports/<uuid:pk>/decline/", own.report_decline, name="self_report_decline"),
    path("hours/reports/<uuid:pk>/withdraw/", own.report_withdraw, name="self_report_withdraw"),
    path("hours/reports/<uuid:pk>/photo/", own.report_photo, name="self_report_photo"),
    path("hours/book/", office.book, name="hours_book"),
    path("hours/book/enter/", office.enter, name="hours_enter"),
    path("hours/of/<int:pk>/", office.of_volunteer, name="hours_of"),
    path("hours/of/<int:pk>/certificate/", papers.new, name="certificate_new"),
    path("hours/certificates/", papers.certificates, name="certificates"),
    path("hours/certificates/ask/", papers.ask, name="certificate_ask"),
    path("hours/certificates/<uuid:pk>/", papers.certificate, name="certificate"),
    path("hours/certificates/<uuid:pk>/paper/", papers.paper, name="certificate_pdf"),
    path("hours/certificates/<uuid:pk>/drop/", papers.drop, name="certificate_drop"),
    path("hours/certificates/<uuid:pk>/revoke/", papers.revoke, name="certificate_revoke"),
    path("hours/check/", papers.check, name="certificate_check"),
]
