"""Setting up who may use the catalog, for scripts and commands."""

from __future__ import annotations

from catalog.models import Organization, User


def ensure_user(*, organization: str, username: str, password: str, rights: str, email: str = "") -> User:
    """The user with this name, in this organization, with this password; `rights`: "all" or "none".

    Made when it is not there. Raises ValueError when the name belongs to a user of another organization.
    """
    home, _ = Organization.objects.get_or_create(name=organization)
    user = User.objects.filter(username=username).first() or User(username=username, organization=home)
    if user.organization_id != home.pk:
        raise ValueError(f"{username} belongs to the organization {user.organization}.")
    user.email = email or user.email
    user.is_staff = True
    user.is_active = True
    user.is_superuser = rights == "all"
    user.set_password(password)
    user.save()
    return user
