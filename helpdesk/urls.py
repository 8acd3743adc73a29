app_name = "helpdesk"
urlpatterns: list[object] = []
