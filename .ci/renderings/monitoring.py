"""Prometheus, its alerts, and Grafana."""

import subprocess
import tempfile
from urllib.parse import parse_qs, urlsplit

import yaml

from chart import PROMTOOL, refused, render


def check_settings_of_grafana():
    """Null takes a setting of the chart's away, so that a Secret may say it; no setting is the word for nothing."""
    given = {"GF_LOG_MODE": None, "GF_OTHER": None, "GF_USERS_ALLOW_SIGN_UP": True, "GF_SERVER_HTTP_PORT": 3000, "GF_EMPTY": ""}
    made = render(values={"grafana": {"config": given}})
    told = {one["name"]: one.get("value") for one in made.pod("grafana")["spec"]["containers"][0]["env"]}
    assert not {"GF_LOG_MODE", "GF_OTHER"} & set(told), told
    assert (told["GF_USERS_ALLOW_SIGN_UP"], told["GF_SERVER_HTTP_PORT"], told["GF_SECURITY_DISABLE_GRAVATAR"], told["GF_EMPTY"]) == ("true", "3000", "true", ""), told


def check_alertmanagers():
    """An Alertmanager is host and port, or a URL of which Prometheus gets each part by itself."""
    addresses = ["am.monitoring.svc:9093", "https://am.example.org/alerts/", "http://am.monitoring.svc:9093", "[2001:db8::1]:9093"]
    made = render(values={"prometheus": {"alertmanagers": addresses}})
    configuration = yaml.safe_load(made.one("ConfigMap", "prometheus")["data"]["prometheus.yaml"])
    told = [
        (one.get("scheme", "http"), one["static_configs"][0]["targets"], one.get("path_prefix", "/"))
        for one in configuration["alerting"]["alertmanagers"]
    ]
    assert told == [
        ("http", ["am.monitoring.svc:9093"], "/"),
        ("https", ["am.example.org"], "/alerts"),
        ("http", ["am.monitoring.svc:9093"], "/"),
        ("http", ["[2001:db8::1]:9093"], "/"),
    ], told
    ports = {
        port["port"] for rule in made.one("NetworkPolicy", "prometheus")["spec"]["egress"] if "to" not in rule for port in rule.get("ports", [])
    }
    assert {9093, 443} <= ports, ports
    for address in ("am:port", "ftp://am/", "http://user:word@am/", "am 9093", ""):
        refused("is neither host and port", values={"prometheus": {"alertmanagers": [address]}})


def check_alerts_that_arrive():
    """What `helm test` asks of alerts holds only while each Alertmanager takes them: the query of the check, on what Prometheus would have counted."""
    made = render(values={"prometheus": {"alertmanagers": ["one:9093", "two:9093", "http://one:9093/"]}})
    url, contains, wanted, _ = made.one("Pod", "test-alerts")["spec"]["containers"][0]["args"][1:]
    assert (contains, wanted) == ("--contains", ',"2"]'), made.one("Pod", "test-alerts")
    query = parse_qs(urlsplit(url).query)["query"][0]
    steady, silent = "0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 5 5 5 5", "0 0 0 0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
    late = "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 2 2 2 2"
    cases = {
        # What two Alertmanagers were sent, what of it failed, and how many take alerts at the end.
        "both take them": (steady, silent.replace("1", "0"), 2),
        "one is away now, and took some before": (steady, late, 1),
        "one was away at first": (steady, silent, 2),
        "one is sent nothing": (silent, silent.replace("1", "0"), 1),
    }
    tests = []
    for sent, failed, taking in cases.values():
        series = [
            {"series": 'prometheus_notifications_sent_total{alertmanager="one"}', "values": steady},
            {"series": 'prometheus_notifications_errors_total{alertmanager="one"}', "values": "0x23"},
            {"series": 'prometheus_notifications_sent_total{alertmanager="two"}', "values": sent},
            {"series": 'prometheus_notifications_errors_total{alertmanager="two"}', "values": failed},
        ]
        expected = [{"expr": query, "eval_time": "345s", "exp_samples": [{"labels": "{}", "value": taking}]}]
        tests.append({"interval": "15s", "input_series": series, "promql_expr_test": expected})
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"rule_files": [], "tests": tests}, file)
        file.flush()
        told = subprocess.run([PROMTOOL, "test", "rules", file.name], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
