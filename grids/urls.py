app_name = "grids"
urlpatterns: list[object] = []
