"""Whether dashboards are what Grafana takes for one: read into the types of its own model, and written again, they are the same.

A key that the model does not know is lost on the way, and so is a value of another shape than it has there.
"""

import json

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

# What Grafana's editor writes beside `query`, and the model leaves out.
BESIDE_THE_MODEL = {".templating.list[].definition"}

plugins.register_default_plugins()


def lost(one, other, path=""):
    """Paths of what is in `one` and not, or not the same, in `other`."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key, value in one.items():
            yield from lost(value, other[key], f"{path}.{key}") if key in other else [f"{path}.{key}"]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for this, that in zip(one, other, strict=True):
            yield from lost(this, that, f"{path}[]")
    elif one != other:
        yield path


def unknown_to_grafana(dashboard):
    """Paths of what Grafana's model does not have."""
    again = json.loads(json.dumps(Dashboard.from_json(dashboard), cls=JSONEncoder))
    return sorted(set(lost(dashboard, again)) - BESIDE_THE_MODEL)
