from stewards.duty import attendance_urls
from stewards.duty import urls as duty_urls
from stewards.hours import urls as hours_urls
from stewards.jobs import urls as jobs_urls
from stewards.members import urls as members_urls

app_name = "stewards"
urlpatterns = [
    *members_urls.urlpatterns,
    *jobs_urls.urlpatterns,
    *duty_urls.urlpatterns,
    *attendance_urls.urlpatterns,
    *hours_urls.urlpatterns,
]
