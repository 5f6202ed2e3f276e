"""What waits for a person: amendments and results on which it is their turn, in one list."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from evaluation.waiting.amendments import of_amendments
from evaluation.waiting.results import of_results
from evaluation.waiting.tasks import Waiting, What
from programs.models import Role, User

__all__ = ["Waiting", "What", "results_waiting_for", "waiting_for"]


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for a user, most urgent first, then longest (eight queries; fourteen more for each
    period of which the agency's last year is not finished, since what is missing is found in its figures,
    and twelve for each in which only the minister's overall grade may be missing)."""
    roles = _roles_of(user)
    return _sorted([*of_amendments(user, roles), *of_results(user, roles)])


def results_waiting_for(user: User, only: Collection[What]) -> list[Waiting]:
    """Return what of `only` waits for a user among the results, asking for nothing else; in that order."""
    found = of_results(user, _roles_of(user), only)
    return _sorted(waiting for waiting in found if waiting.what in only)


def _roles_of(user: User) -> dict[int, set[str]]:
    roles: defaultdict[int, set[str]] = defaultdict(set)
    for agency, role in Role.objects.filter(user=user).values_list("agency", "role"):
        roles[agency].add(role)
    return roles


def _sorted(found: Iterable[Waiting]) -> list[Waiting]:
    order = list(What)
    return sorted(found, key=lambda waiting: (order.index(waiting.what), waiting.since))
