"""Asking the service for results of operations."""

import json
import sys
import time
import urllib.error
import urllib.request

from operations import Enum


BATCH = 90
# How often a request is sent that a service has no time for.
TRIES = 10


def post(url, query, variables=None):
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"content-type": "application/json"})
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            # A machine that is busy with other things, where the time of a request was over.
            if error.code != 503 or attempt + 1 == TRIES:
                raise
            time.sleep(1)


def literal(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(member)}" for key, member in value.items()) + "}"
    return str(value) if isinstance(value, (int, Enum)) else json.dumps(value)


def answered(response, aliases):
    """The text of each alias: a result, or the code of its error. One that fails alone is asked again by the caller."""
    codes = {error["path"][0]: error["extensions"]["code"] for error in response.get("errors", []) if error.get("path")}
    data = response.get("data") or {}
    for alias in aliases:
        value = data.get(alias)
        if isinstance(value, dict):
            value = value["resultat"]
        yield codes.get(alias, value)


def ask(url, operations):
    """The results of operations, as many as go into one request; those of a request that fails as a whole, one by one."""
    fields = []
    for index, (name, arguments, _) in enumerate(operations):
        given = ", ".join(f"{key}: {literal(value)}" for key, value in arguments.items())
        fields.append(f"a{index}: {name}({given})" + (" { resultat }" if name == "calcul" else ""))
    response = post(url, "{" + " ".join(fields) + "}")
    results = list(answered(response, [f"a{index}" for index in range(len(operations))]))
    if None in results:
        if len(operations) == 1:
            sys.exit(f"no result: {operations[0]} {response}")
        middle = len(operations) // 2
        return ask(url, operations[:middle]) + ask(url, operations[middle:])
    return results


def check_operations(url, count, number, rng, wrong, kinds):
    pending = []
    for index in range(count):
        pending.append(kinds[index % len(kinds)](rng, number))
        if len(pending) == BATCH or index + 1 == count:
            for (name, arguments, expected), result in zip(pending, ask(url, pending)):
                if result not in (expected if isinstance(expected, tuple) else (expected,)):
                    wrong.append(f"{name} {dict(arguments)}: {result}, not {expected}")
            pending = []
    return count
