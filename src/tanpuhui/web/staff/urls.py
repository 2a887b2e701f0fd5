"""Addresses of a login's own account, and of those who look after logins."""

from django.urls import path

from tanpuhui.web.staff.pages import account, components, invitation, people, recovery

app_name = "staff"
urlpatterns = [
    path("", account.home, name="home"),
    path("components/", components.components, name="components"),
    path("components/desk/", components.desk, name="components_desk"),
    path("components/wall/", components.wall, name="components_wall"),
    path("recover/", recovery.ask, name="recover"),
    path("recover/<str:token>/", recovery.choose, name="recover_set"),
    path("email/", recovery.email, name="email"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/withdraw/", people.withdraw, name="withdraw"),
    path("people/role/", people.set_role, name="set_role"),
    path("people/active/", people.set_active, name="set_active"),
]
