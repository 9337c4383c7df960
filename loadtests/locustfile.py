"""Locust's own way in: `locust -f loadtests/locustfile.py --host http://127.0.0.1:8080 [RoutingUser|RateLimitUser]`.

Open the page that Locust prints, or add `--headless -u 50 -r 50 -t 10s`. The verdict is printed when the run ends.
"""

from novastack_loadtests.crowd.users import RateLimitUser, RoutingUser
from novastack_loadtests.crowd.web import install

__all__ = ["RateLimitUser", "RoutingUser"]

install()
