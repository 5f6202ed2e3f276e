"""What waits for a person: amendments and results on which it is their turn, in one list."""

from collections import defaultdict

from evaluation.waiting.amendments import of_amendments
from evaluation.waiting.results import of_results
from evaluation.waiting.tasks import Waiting, What
from programs.models import Role, User

__all__ = ["Waiting", "What", "waiting_for"]


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for a user, most urgent first, then longest (five queries; who enters results
    costs up to twenty more, since what is missing is found in the figures; who checks them, five)."""
    roles: defaultdict[int, set[str]] = defaultdict(set)
    for agency, role in Role.objects.filter(user=user).values_list("agency", "role"):
        roles[agency].add(role)
    order = list(What)
    found = [*of_amendments(user, roles), *of_results(user, roles)]
    return sorted(found, key=lambda waiting: (order.index(waiting.what), waiting.since))
