#!/usr/bin/env python3
"""Asks a Grafana for all that its dashboards show, as its pages do: grafana.py URL USER:PASSWORD

Variables are filled in through the resources of the data source, panels through /api/ds/query. Each query has to be answered; panels that show
nothing yet are reported. Prints the addresses of the dashboards' pages, one a line, for taking screenshots.
"""

import base64
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

# Of time that is shown, and between two points; in seconds.
SHOWN = 900
STEP = 15


class Grafana:
    def __init__(self, url, user):
        self.url = url.rstrip("/")
        self.headers = {"authorization": "Basic " + base64.b64encode(user.encode()).decode(), "content-type": "application/json"}

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, self.headers), timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {error.code} {error.read().decode(errors='replace')[:1000]}")


def panels(dashboard):
    for panel in dashboard["panels"]:
        yield from panels({"panels": panel.get("panels", [])}) if panel["type"] == "row" else [panel]


def choices(grafana, source, dashboard):
    """The variables with all that they offer chosen."""
    chosen = {"datasource": source, "__rate_interval": f"{4 * STEP}s"}
    for variable in dashboard["templating"]["list"]:
        if variable["type"] != "query":
            continue
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
        found = grafana.ask(f"/api/datasources/uid/{source}/resources/api/v1/label/{label}/values?{urllib.parse.urlencode({'match[]': metric})}")
        if not found["data"]:
            sys.exit(f"{dashboard['uid']}: ${variable['name']} offers nothing")
        chosen[variable["name"]] = variable.get("allValue") or f"({'|'.join(found['data'])})"
    return chosen


def filled_in(expression, chosen):
    for name, value in chosen.items():
        expression = re.sub(rf"\$(?:{{{name}}}|{name}\b)", lambda _, value=value: value, expression)
    return expression


def shows_something(grafana, source, panel, chosen):
    """Whether one of a panel's queries has samples; an error of one ends the run."""
    queries = [
        {
            "refId": f"Q{number}",
            "datasource": {"type": "prometheus", "uid": source},
            "expr": filled_in(target["expr"], chosen),
            "range": True,
            "intervalMs": STEP * 1000,
            "maxDataPoints": SHOWN // STEP,
        }
        for number, target in enumerate(panel["targets"])
    ]
    answer = grafana.ask("/api/ds/query", {"queries": queries, "from": f"now-{SHOWN}s", "to": "now"})
    for result in answer["results"].values():
        if result.get("error"):
            sys.exit(f"{panel['title']}: {result['error']}")
    return any(values for result in answer["results"].values() for frame in result["frames"] for values in frame["data"]["values"])


def main():
    grafana = Grafana(*sys.argv[1:3])
    [source] = [one["uid"] for one in grafana.ask("/api/datasources") if one["type"] == "prometheus"]
    for found in grafana.ask("/api/search?tag=abaque&type=dash-db"):
        dashboard = grafana.ask(f"/api/dashboards/uid/{found['uid']}")["dashboard"]
        chosen = choices(grafana, source, dashboard)
        all_panels = list(panels(dashboard))
        silent = [panel["title"] for panel in all_panels if not shows_something(grafana, source, panel, chosen)]
        if len(silent) == len(all_panels):
            sys.exit(f"{found['uid']}: no panel shows anything")
        print(f"{found['uid']}: {len(all_panels) - len(silent)} of {len(all_panels)} panels show something; not yet: {', '.join(silent) or 'none'}", file=sys.stderr)
        print(f"{grafana.url}/d/{found['uid']}?kiosk&from=now-{SHOWN}s&to=now&var-datasource={source}")


if __name__ == "__main__":
    main()
