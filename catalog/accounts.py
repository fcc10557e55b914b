"""Setting up who may use the catalog, for scripts and commands."""

from __future__ import annotations

from django.contrib.auth.models import Permission

from catalog.models import Organization, User


def ensure_user(*, organization: str, username: str, password: str, rights: str, email: str = "") -> User:
    """The user with this name, in this organization, with this password.

    `rights`: "superuser" (everything, in every organization's admin pages too), "all" (every permission on the catalog
    and on operations) or "none".

    Made when it is not there. Raises ValueError when the name belongs to a user of another organization.
    """
    home, _ = Organization.objects.get_or_create(name=organization)
    user = User.objects.filter(username=username).first() or User(username=username, organization=home)
    if user.organization_id != home.pk:
        raise ValueError(f"{username} belongs to the organization {user.organization}.")
    user.email = email or user.email
    user.is_staff = True
    user.is_active = True
    user.is_superuser = rights == "superuser"
    user.set_password(password)
    user.save()
    ours = Permission.objects.filter(content_type__app_label__in=("catalog", "asyncops"))
    user.user_permissions.set(ours if rights == "all" else ())
    return user
