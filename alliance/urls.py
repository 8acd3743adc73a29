from alliance.activities import urls as activities_urls
from alliance.advice import urls as advice_urls
from alliance.partners import urls as partners_urls

app_name = "alliance"
urlpatterns = [
    *partners_urls.urlpatterns,
    *activities_urls.urlpatterns,
    *advice_urls.urlpatterns,
]
