"""Who reaches whom, from inside and outside."""

import re

from chart import refused, render


def check_namespaces_that_are_opened():
    """The notes say which namespace the policies open as a whole, since the port of the pods behind a Service is not known; of addresses of the internet they need not."""
    values = {
        "prometheus": {"alertmanagers": ["am.monitoring.svc:9093", "am.example.org:9093"], "remoteWrite": [{"url": "http://mimir.metrics:80/push"}]},
        "grafana": {"datasourceUrl": "http://prometheus.monitoring.svc:9090"},
        "telemetry": {"endpoint": "http://collector.observability.svc:4318"},
    }
    told = re.findall(r"By its URL, (.+) is a Service of the namespace (\w+)", render(values=values, notes=True).notes)
    assert sorted(told) == [
        ("am.monitoring.svc:9093 of prometheus.alertmanagers", "monitoring"),
        ("grafana.datasourceUrl", "monitoring"),
        ("http://mimir.metrics:80/push of prometheus.remoteWrite", "metrics"),
        ("telemetry.endpoint", "observability"),
    ], told
    quiet = values | {"telemetry": {"endpoint": "http://collector.observability.svc:4318", "podPort": 4318}, "prometheus": {"enabled": False}}
    assert "telemetry.endpoint is" not in (notes := render(values=quiet, notes=True).notes) and "prometheus." not in notes.replace("prometheus.monitoring", ""), notes
    assert "By its URL" not in render(values=values | {"networkPolicy": {"enabled": False}}, notes=True).notes


def check_way_out():
    """Whatever a URL in the router's configuration names is let through, by its own port; where a variable tells it, the notes say so."""
    config = {
        "authentication": {"jwt": [{"jwks": "https://login.example.org:8443/keys"}, {"jwks": "./keys.json"}, {"jwks": "http://keys.example.org/"}]},
        "redis": {"url": "redis://:${REDIS_PASSWORD:-none}@cache.example.org/2"},
        "proxy": {"url": "http://user:word@proxy.example.org:3128"},
        "telemetry": {"otlp": {"endpoint": "http://collector.observability.svc:4318"}},
    }
    settings = {
        "routes": [{"when": {"header": "a", "is": "b"}, "url": "http://other.example.org:4009/graphql"}],
        "subscriptions": {"url": "wss://events.example.org:4010/"},
    }
    given = {"router": {"config": config}, "subgraphs": {"statistiques": {"routerSettings": settings}}}
    made = render(values=given, notes=True)
    rules = made.one("NetworkPolicy", "router")["spec"]["egress"]
    anywhere = {port["port"] for rule in rules if "to" not in rule for port in rule["ports"]}
    assert anywhere == {53, 8443, 80, 6379, 3128, 4318, 4009, 4010}, anywhere
    assert any("observability" in str(rule.get("to")) for rule in rules)
    assert "Variables tell" not in made.notes, made.notes
    elsewhere = {
        "prometheus": {"remoteWrite": [{"url": "https://samples.example.org:8427/write"}]},
        "grafana": {"datasourceUrl": "http://prometheus.example.org:9099"},
    }
    made = render(values=elsewhere)
    for component, port in (("prometheus", 8427), ("grafana", 9099)):
        rules = made.one("NetworkPolicy", component)["spec"]["egress"]
        assert {"ports": [{"port": port, "protocol": "TCP"}]} in rules, f"{component} is not let through to {port}"
    given = {"router": {"config": {"redis": {"url": "redis://${REDIS_HOST}:6379"}, "authentication": {"jwt": [{"jwks": "${KEYS}"}]}}}}
    made = render(values=given, notes=True)
    lists = {"authentication": {"jwt": "${ISSUERS}"}, "schema": {"seed": "${SEEDS}"}, "proxy": {"environment": True}}
    made_of_lists = render(values={"router": {"config": lists}, "subgraphs": {"a": {"url": "http://a.b.c/", "routerSettings": {"routes": "${A}"}}}}, notes=True)
    for key in ("jwt[0].jwks", "schema.seed", "subgraphs.a.routerSettings.routes", "proxy.environment"):
        assert key in made_of_lists.notes, made_of_lists.notes
    told = "cannot know: router.config.authentication.jwt[0].jwks, router.config.redis.url."
    assert told in made.notes, made.notes


def check_paths_from_outside():
    """A path that does not lead to the router is refused, unless something may rewrite it; then the notes say that it must."""
    ingress = {"enabled": True, "hosts": ["a.example.org"], "path": "/api"}
    rewrites = {"nginx.ingress.kubernetes.io/rewrite-target": "/graphql"}
    refused("or have it rewritten by `router.ingress.annotations`", values={"router": {"ingress": ingress}})
    refused("does not lead to the router", values={"router": {"ingress": ingress | {"pathType": "Exact", "path": "/"}}})
    made = render(values={"router": {"ingress": ingress | {"annotations": rewrites}}}, notes=True)
    assert "The path /api of http://a.example.org leads there only where" in made.notes and "curl -s http://a.example.org/api " in made.notes, made.notes
    regular = {"pathType": "ImplementationSpecific", "path": "/api(/|$)(.*)"}
    made = render(values={"router": {"ingress": ingress | regular | {"annotations": rewrites}}}, notes=True)
    path = made.one("Ingress", "router")["spec"]["rules"][0]["http"]["paths"][0]
    assert (path["path"], path["pathType"]) == (regular["path"], regular["pathType"]), path
    route = {"enabled": True, "parentRefs": [{"name": "public"}], "path": "/api"}
    refused("or have it rewritten by `router.httpRoute.filters`", values={"router": {"httpRoute": route}})
    filters = [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/graphql"}}}]
    rule = render(values={"router": {"httpRoute": route | {"filters": filters}}}).one("HTTPRoute", "router")["spec"]["rules"][0]
    assert rule["filters"] == filters and rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/api"}}], rule
    # What has nothing to do with the path is no reason to believe that it is rewritten.
    others = {"cert-manager.io/cluster-issuer": "letsencrypt", "nginx.ingress.kubernetes.io/proxy-body-size": "1m", "alb.ingress.kubernetes.io/healthcheck-path": "/"}
    refused("does not look as if it did", values={"router": {"ingress": ingress | {"annotations": others}}})
    for annotation in ({"konghq.com/strip-path": "true"}, {"traefik.ingress.kubernetes.io/router.middlewares": "a-strip@kubernetescrd"}, {"zalando.org/skipper-filter": 'setPath("/graphql")'}):
        render(values={"router": {"ingress": ingress | {"annotations": others | annotation}}})
    headers = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}]}}
    host = {"type": "URLRewrite", "urlRewrite": {"hostname": "b.example.org"}}
    refused("does not look as if it did", values={"router": {"httpRoute": route | {"filters": [headers, host]}}})
    render(values={"router": {"httpRoute": route | {"filters": [headers, *filters]}}})
    refused("router.config.path: ", values={"router": {"config": {"path": "${GRAPH_PATH}"}}})
    exact = {"path": "/graphql", "pathType": "Exact"}
    render(values={"router": {"httpRoute": route | exact, "ingress": ingress | exact}})
    refused("value must be one of", values={"router": {"httpRoute": {"pathType": "Prefix"}}})


def check_routes():
    """A route of the Gateway API has labels as an Ingress has; an Ingress may answer to every name, and then the notes do not make one up."""
    route = {"enabled": True, "parentRefs": [{"name": "public"}], "labels": {"expose": "true"}}
    assert render(values={"router": {"httpRoute": route}}).one("HTTPRoute", "router")["metadata"]["labels"]["expose"] == "true"
    for hosts, endpoint in (([""], "http://localhost:4000/graphql"), (["", "a.example.org"], "http://a.example.org/graphql")):
        made = render(values={"router": {"ingress": {"enabled": True, "hosts": hosts}}}, notes=True)
        rules = made.one("Ingress", "router")["spec"]["rules"]
        assert [rule.get("host", "") for rule in rules] == hosts and "host" not in rules[0], rules
        assert f"curl -s {endpoint} " in made.notes, made.notes
