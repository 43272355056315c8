"""Requests of odd shapes, which any GraphQL service and any REST API is sent: documents, bodies, variables, heads. For `attacks.py`."""

import gzip
import json
import zlib


def graphql(query, variables=None, **members):
    body = {"query": query} | ({} if variables is None else {"variables": variables}) | members
    return ("POST", "/graphql", json.dumps(body, separators=(",", ":")))


def raw(body, **headers):
    """A body as it is, in bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ("POST", "/graphql", body if isinstance(body, bytes) else body.encode()) + ((named,) if named else ())


def aliases(count, field):
    return " ".join(f"a{n}:{field}" for n in range(count))


def nested(opening, inner, closing, count):
    return opening * count + inner + closing * count


def documents(field):
    """Documents around a field that needs no arguments."""
    yield "introspection by a thousand aliases", graphql("{" + aliases(1_000, "__schema{types{name fields{name}}}") + "}")
    yield "one type by a thousand aliases", graphql("{" + aliases(1_000, '__type(name:"Query"){fields{args{type{name}}}}') + "}")
    deep = "fields{type{fields{type{fields{args{type{inputFields{type{name}}}}}}}}}"
    yield "introspection as deep as may be", graphql('{__type(name:"Serie"){' + deep + "}__schema{types{" + deep + "}}}")
    yield "one directive many times", graphql("{__typename" + "@skip(if:false)" * 10_000 + "}")
    yield "directives on many fields", graphql("{" + "__typename@skip(if:false)@include(if:true)" * 4_000 + "}")
    yield "directives by variables", graphql("query($b:Boolean!){" + "...@skip(if:$b){__typename}" * 3_000 + "}", {"b": False})
    yield "directives nobody knows", graphql("{__typename" + "".join(f"@d{n}(x:{n})" for n in range(4_000)) + "}")
    yield "many operations", graphql("".join(f"query A{n}{{__typename}}" for n in range(4_500)), operationName="A4499")
    yield "too many operations", graphql("".join(f"query A{n}{{__typename}}" for n in range(40_000)), operationName="A1")
    yield "operations without names", graphql("{__typename}" * 6_000)
    yield "fragments that nobody uses", graphql("{__typename}" + "".join(f"fragment f{n} on Query{{__typename}}" for n in range(3_000)))
    yield "fragments of one name", graphql("{...f}" + "fragment f on Query{__typename}" * 3_000)
    yield "fragments in a circle", graphql("{...f0}" + "".join(f"fragment f{n} on Query{{...f{(n + 1) % 2_000}}}" for n in range(2_000)))
    yield "a chain of fragments", graphql("{...f0}" + "".join(f"fragment f{n} on Query{{...f{n + 1}}}" for n in range(2_500)) + "fragment f2500 on Query{__typename}")
    yield "each fragment in each other", graphql("{...f0}" + "".join(f"fragment f{n} on Query{{{' '.join(f'...f{m}' for m in range(n))}}}" for n in range(140)))
    yield "one fragment many times without spaces", graphql("{" + "...f" * 240_000 + "}fragment f on Query{__typename}")
    yield "numbers without spaces", graphql("{a(x:[" + "-1" * 490_000 + "])}")
    yield "one fragment many times", graphql("{" + "...f " * 6_000 + "}fragment f on Query{__typename}")
    yield "fragments on each other's type", graphql("{" + nested("...on Query{", "__typename", "}", 6_000) + "}")
    yield "conflicting names", graphql("{" + " ".join(f'a:__type(name:"T{n}"){{name}}' for n in range(1_900)) + "}")
    for arguments, fields in ((300, 300), (450, 450), (60, 900), (30, 6_000)):
        first = "a(" + " ".join(f"b{n}:1" for n in range(arguments)) + ")"
        yield f"fields in conflict by {arguments} arguments, {fields} times", graphql("{x:" + first + " x:b" * fields + "}")
        yield f"arguments in conflict, {arguments} in {fields} fields", graphql("{x:" + first + " x:a" * fields + "}")
    yield "conflicts at each level", graphql("{" + nested("...{", "x:a x:b " * 480, "}", 30) + "}")
    yield "conflicts at more levels", graphql("{__typename}fragment f on Query{" + nested("...{", "x:a x:b " * 3_000, "}", 124) + "}")
    yield "conflicts in a fragment that fragments spread", graphql(
        "{__typename}" + "".join(f"fragment f{n} on Query{{...g}}" for n in range(1_250)) + "fragment g on Query{" + "x:a x:b " * 1_500 + "}"
    )
    yield "conflicts in a fragment that operations spread", graphql(
        "".join(f"query A{n}{{...g}}" for n in range(1_250)) + "fragment g on Query{" + "x:a x:b " * 490 + "}", operationName="A0"
    )
    undefined = "fragment f on Query{addition(a:[" + " ".join(f"$v{n}" for n in range(300)) + "],b:1)}"
    for count in (200, 1_400):
        yield f"variables that {count} operations do not define", graphql("".join(f"query A{n}{{...f}}" for n in range(count)) + undefined, operationName="A0")
    yield "names that no field has, in many operations", graphql("".join(f"query A{n}{{" + "additions " * 900 + "}" for n in range(20)), operationName="A0")
    yield "long names that no field has, in a short document", graphql("{" + " ".join("additions" * 120 + str(n) for n in range(12)) + "}")
    for count in (1_300, 24_000):
        skips = "query($v:Boolean!){" + "...@skip(if:$v){__typename}" * 100 + "}"
        yield f"directives by a variable that is {count} objects", graphql(skips, {"v": [{"a": "b"}] * count})
        yield f"directives by a list of {count} objects", graphql(skips.replace("Boolean!", "[_Any!]!"), {"v": [{"a": "b"}] * count})
        yield f"many directives in one place, of {count} objects", graphql("query($v:Boolean!){..." + "@skip(if:$v)" * 2_300 + "{__typename}}", {"v": [{"a": "b"}] * count})
    yield "conflicting names below others", graphql("{__schema{types{" + " ".join(f"a:fields(includeDeprecated:{n % 2 == 0}){{b:name}}".lower() for n in range(1_900)) + "}}}")
    yield "a long name of an operation", graphql("query " + "A" * 900_000 + "{__typename}")
    yield "a long operationName", graphql("query A{__typename}", operationName="A" * 900_000)
    yield "a long name of a field", graphql("{" + "a" * 900_000 + "}")
    yield "long names of fields", graphql("{" + " ".join(f"{'a' * 200}{n}" for n in range(4_500)) + "}")
    yield "names that are nearly right", graphql("{" + " ".join(f"{field[:-1]}{n}" for n in range(9_000)) + "}")
    yield "long aliases", graphql("{" + " ".join(f"{'a' * 900}{n}:__typename" for n in range(1_000)) + "}")
    yield "arguments nobody knows", graphql("{__typename(" + " ".join(f"x{n}:{n}" for n in range(4_500)) + ")}")
    yield "one argument many times", graphql('{__type(' + 'name:"Serie" ' * 4_500 + "){name}}")
    yield "a comment", graphql("{__typename}#" + "x" * 1_000_000)
    yield "comments", graphql("{__typename}" + "#\n" * 300_000)
    yield "commas", graphql("{" + "," * 1_000_000 + "__typename}")
    yield "lines", graphql("{" + "\n" * 500_000 + "__typename ")
    yield "byte order marks", raw(b'{"query":"' + b"\xef\xbb\xbf" * 300_000 + b'{__typename}"}')
    yield "spaces that are none", raw('{"query":"{' + "\u00a0" * 400_000 + '__typename}"}')
    yield "half characters", raw(b'{"query":"{__type(name:\\"' + b"\\ud800" * 100_000 + b'\\"){name}}"}')
    yield "half characters in a document", graphql('{__type(name:"' + "\\uD83D" * 100_000 + '"){name}}')
    yield "characters of four bytes", raw(('{"query":"{__type(name:\\"' + "😀" * 200_000 + '\\"){name}}"}').encode())
    yield "characters of four bytes for names", raw(('{"query":"{' + "😀 " * 200_000 + '}"}').encode())
    yield "bytes that are no text", raw(b'{"query":"{__type(name:\\"' + b"\xff\xfe" * 100_000 + b'\\"){name}}"}')
    yield "characters that control", raw('{"query":"{__type(name:\\"' + "\\u0000\\u001b[2J" * 40_000 + '\\"){name}}"}')
    yield "a block of text", graphql('{__type(name:"""' + "  x\n" * 200_000 + '"""){name}}')
    yield "a text without an end", graphql('{__type(name:"' + "x" * 900_000)
    yield "a block without an end", graphql('{__type(name:"""' + '\\"""' * 100_000)
    yield "a long number", graphql("{a(x:" + "9" * 900_000 + ")}")
    yield "a number of a large exponent", graphql("{a(x:1e" + "9" * 900_000 + ")}")
    yield "long numbers", graphql("{a(x:[" + " ".join(["9" * 200] * 4_500) + "])}")
    yield "deep objects", graphql("{a(x:" + nested("{a:", "1", "}", 60_000) + ")}")
    yield "deep types of variables", graphql("query($v:" + nested("[", "Int", "]", 8_000) + "){__typename}")
    yield "default values of variables", graphql("query(" + " ".join(f"$v{n}:Int=1" for n in range(3_500)) + "){__typename}")
    yield "variables of one name", graphql("query(" + "$v:Int " * 4_500 + "){__typename}")
    yield "definitions of a schema", graphql("type A{" + "a:A " * 6_000 + "}{__typename}")


def bodies():
    """Bodies that are JSON, or nearly."""
    yield "members of one name", raw("{" + '"query":"{__typename}",' * 40_000 + '"query":"{__typename}"}')
    yield "members nobody knows", raw("{" + ",".join(f'"m{n}":{n}' for n in range(60_000)) + ',"query":"{__typename}"}')
    yield "deep extensions", raw('{"query":"{__typename}","extensions":' + nested('{"a":', "1", "}", 150_000) + "}")
    yield "wide extensions", raw('{"query":"{__typename}","extensions":{' + ",".join(f'"e{n}":[]' for n in range(70_000)) + "}}")
    yield "a persisted query", raw('{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"' + "0" * 900_000 + '"}}}')
    yield "variables that are a text", raw('{"query":"{__typename}","variables":"' + "x" * 900_000 + '"}')
    yield "variables that are lists of lists", graphql("query($v:[[[Decimal!]!]!]!){__typename}", {"v": [[[1] * 10] * 100] * 300})
    yield "a variable that is a long number", raw('{"query":"query($v:Float!){a(x:$v)}","variables":{"v":' + "1" * 900_000 + "}}")
    yield "variables of large exponents", raw('{"query":"query($v:[Float!]!){a(x:$v)}","variables":{"v":[' + ",".join(["1e999999999"] * 80_000) + "]}}")
    yield "no JSON", raw("x" * 1_000_000)
    yield "an empty body", raw("")
    yield "a body of zeros", raw(bytes(1_000_000))
    yield "a form", raw("query=" + "%7B" * 300_000, content_type="application/x-www-form-urlencoded")
    yield "files", raw("--x\r\n" * 190_000, content_type="multipart/form-data; boundary=x")
    yield "a bomb in codings on top of each other", raw(bytes(100_000), content_encoding="gzip, gzip, br, zstd")
    yield from bombs()


def bombs():
    """Compressed bodies: a few bytes that stand for many, that want large windows, or whose tables are most of the work."""
    blanks = b" " * (48 << 20)
    for coding, coded in (("gzip", gzip.compress(blanks)), ("deflate", zlib.compress(blanks)), ("zstd", zstd_blanks(48 << 20))):
        yield f"a bomb in {coding}", raw(coded, content_encoding=coding)
        yield f"half of a bomb in {coding}", raw(coded[: len(coded) // 2], content_encoding=coding)
    yield "a bomb in br, with a window of 16 MiB", raw(bytes.fromhex(BLANKS), content_encoding="br")
    yield "a bomb in br, with a window of 64 MiB", raw(bytes.fromhex(LARGE_WINDOW), content_encoding="br")
    yield "tables in br", raw(brotli_tables(1_000_000), content_encoding="br")
    yield "empty members in gzip", raw(gzip.compress(b"") * 49_000, content_encoding="gzip")
    # Of no bytes, in one segment.
    yield "empty frames in zstd", raw(bytes.fromhex("28b52ffd2000010000") * 110_000, content_encoding="zstd")
    yield "a bomb of a small body in zstd", raw(bytes.fromhex("28b52ffd0068110000") + b"{}", content_encoding="zstd")


# 48 MiB of blanks each; the second is in the format with large windows, which `br` does not have.
BLANKS = "cfffff7ff82540e2b14020f7fe9ffffffff04b00c4610180eefd7ffeffffe3970088c32200ddfb7f"
LARGE_WINDOW = "111affffff01900089c70221f7fe9fffffff004800c46101a07bff9fffffff002400e2b000d0bdff07"


def zstd_blanks(count):
    """A frame with a window of 8 MiB, of blocks of one byte that stand for 128 KiB each."""
    header = bytes.fromhex("28b52ffd0068")
    blocks = [(last | 1 << 1 | (128 << 10) << 3).to_bytes(3, "little") + b" " for last in [0] * ((count >> 17) - 1) + [1]]
    return header + b"".join(blocks)


def brotli_tables(length):
    """Metablocks of one blank each that have as many tables as there may be: 256 of each kind. See RFC 7932, section 9.2."""
    number = lambda width, value: f"{value:0{width}b}"[::-1]
    one_symbol = lambda width, symbol: "10" + "00" + number(width, symbol)
    many = "1" + "111" + "1" * 7
    block_types = many + one_symbol(9, 0) + one_symbol(5, 0) + "00"
    # A run of zeros as long as the map: all are the first table.
    context_map = lambda run: many + "1" + "1111" + one_symbol(9, run) + "0" * run + "0"
    tables = one_symbol(8, 32) * 256 + one_symbol(10, 8) * 256 + one_symbol(6, 0) * 256
    metablock = "0" + "00" + "0" * 16 + "0" + block_types * 3 + "0" * 6 + "00" * 256 + context_map(14) + context_map(10) + tables
    bits = "0" + metablock * (length * 8 // len(metablock)) + "11"
    return int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")


def heads():
    """Heads that take long to read, and addresses."""
    query = "{__typename}"
    for name in ("accept", "accept-encoding", "accept-language", "content-type", "if-none-match", "origin", "traceparent", "tracestate", "baggage", "x-request-id", "cookie", "x-forwarded-for", "forwarded"):
        values = {"accept": "a/b;q=0.1,", "tracestate": "a=b,", "baggage": "a=b,", "x-forwarded-for": "1.2.3.4,", "forwarded": "for=1.2.3.4,"}
        yield f"a long {name}", ("POST", "/graphql", json.dumps({"query": query}), {name: values.get(name, "ab,") * 4_000 + "*/*"})
    yield "many headers", ("POST", "/graphql", json.dumps({"query": query}), {f"x-{n}": "y" for n in range(90)})
    for path in ("/graphql", "/api/v1/calcul", "/api/v1/moyenne", "/api/v1/openapi.json", "/nothing"):
        yield f"a long address at {path}", ("GET", path + "?query=" + "%7B__typename%7D" * 4_000, None)
        yield f"many parameters at {path}", ("GET", path + "?" + "&".join(f"a{n}={n}" for n in range(6_000)), None)
        yield f"escapes that are none at {path}", ("GET", path + "?valeurs=" + "%" * 20_000 + "&expression=" + "%zz" * 6_000, None)
        yield f"separators at {path}", ("GET", path + "?valeurs=" + ";,&" * 15_000, None)
    yield "a deep address", ("GET", "/a" * 20_000, None)
    yield "a document in an address", ("GET", "/graphql?query=%7B" + "a%20" * 12_000 + "%7D", None)
    yield "variables in an address", ("GET", "/graphql?query=%7B__typename%7D&variables=" + "%5B" * 18_000, None)


def entities():
    """Representations that are none."""
    ask = "query($r:[_Any!]!){" + aliases(40, "_entities(representations:$r){__typename}") + "}"
    for name, one in (
        ("null", None), ("numbers", 1), ("lists", [[["Serie"]]]), ("empty", {}), ("without a type", {"id": "s1_QA"}), ("of another type", {"__typename": "Query"}),
        ("of a type that is no text", {"__typename": ["Serie"]}), ("without a key", {"__typename": "Serie"}), ("of a key that is an object", {"__typename": "Serie", "id": {"id": "s1_QA"}}),
        ("of a number for a key", {"__typename": "Serie", "id": 12}), ("of a null for a key", {"__typename": "Calcul", "expression": None}), ("of other members", {"__typename": "Serie", "id": "s1_QA"} | {f"m{n}": n for n in range(60)}),
        ("of a forged key", {"__typename": "Serie", "id": "s1_" + "gICA" * 100}), ("of expressions that are none", {"__typename": "Calcul", "expression": "(" * 900, "resultat": "1"}),
        ("of results that are none", {"__typename": "Calcul", "expression": "1", "resultat": "x" * 400}),
    ):
        yield f"representations: {name}", graphql(ask, {"r": [one] * 900})
    one = "query($r:[_Any!]!){_entities(representations:$r){"
    yield "names of types in many entities", graphql(one + aliases(900, "__typename") + "}}", {"r": [{"__typename": "Serie", "id": "s1_QA"}] * 1_000})
    yield "a long key by many aliases", graphql(one + "...on Calcul{" + aliases(900, "expression") + "}}}", {"r": [{"__typename": "Calcul", "expression": "1" * 300_000}]})
    below = nested("a" * 1_000 + ":triee{", aliases(890, "ecartType"), "}", 16)
    yield "errors below long aliases", graphql(one + "...on Serie{" + below + "}}}", {"r": [{"__typename": "Serie", "id": "s1_QA"}] * 8})
    wrong = {"__typename": "Calcul", "expression": "1", "resultat": [1.7976931348623157e308] * 42_000}
    yield "representations of another type that are long", graphql("query($r:[_Any!]!){" + aliases(200, "_entities(representations:$r){__typename}") + "}", {"r": [wrong]})
    yield "a representation that is deep", ("POST", "/graphql", json.dumps({"query": ask}).removesuffix("}") + ',"variables":{"r":[' + nested('{"__typename":', '"Serie"', "}", 60_000) + "]}}")
    yield "a representation that is wide", graphql(ask, {"r": [{"__typename": "Serie", "id": "s1_QA"} | {f"m{n}": n for n in range(60_000)}]})
    yield "a key of a megabyte", graphql(ask, {"r": [{"__typename": "Serie", "id": "s1_" + "QIAB" * 240_000}]})
    literal = " ".join('{__typename:"Serie",id:"s1_QIAB"}' for _ in range(1_900))
    yield "representations in the document", graphql("{_entities(representations:[" + literal + "]){__typename}}")
    yield "one representation in many fields", graphql("{" + aliases(900, '_entities(representations:{__typename:"Serie",id:"s1_QIAB"}){__typename}') + "}")


def values(scalar, number):
    """Values of variables: two bytes may be a list of hundreds, and each use is a copy."""
    representing = lambda uses: "{_entities(representations:[" + "$r " * uses + "]){__typename}}"
    long = {"__typename": "Serie", "id": "s1_QA", "x": [1] * 49_900}
    for uses in (4, 11, 20, 60, 199):
        yield f"a representation {uses} times in a list", graphql("query($r:_Any!)" + representing(uses), {"r": long})
        yield f"a list {uses} times in place of a number", graphql("query($v:Decimal!){" + scalar.replace(number, "[" + "$v " * uses + "]") + "}", {"v": [1] * 49_900})
    yield "a representation below lists and objects", graphql("query($r:_Any!){_entities(representations:[" + "{a:[$r $r]} " * 90 + "]){__typename}}", {"r": long})
    yield "a default value many times in a list", graphql('query($r:_Any!={__typename:"Serie",id:"s1_QA",x:[' + '"" ' * 18_500 + "]})" + representing(500))
    yield "a list many times in a directive", graphql("query($v:Boolean!){__typename@skip(if:[" + "$v " * 400 + "])}", {"v": [True] * 49_900})
    for name, one in (("texts that control", "\1" * 100_000), ("numbers of many zeros", [1.7976931348623157e308] * 40_000)):
        yield f"{name} many times in a representation", graphql('query($v:_Any!){_entities(representations:[{__typename:"Serie",id:[' + "$v " * 150 + "]}]){__typename}}", {"v": one})
    lists = lambda count: "[" + ",".join([nested("[", "", "]", 125)] * count) + "]"
    for kind in ("Decimal", "[Decimal!]", "_Any", "[_Any!]", "Boolean"):
        for name, one in (("deep lists", lists(390)), ("numbers", "[" + "1," * 49_900 + "1]"), ("objects", "[" + "{}," * 33_000 + "{}]"), ("texts", "[" + '"",' * 33_000 + '""]')):
            yield f"ten variables of {name} for {kind}", raw(
                '{"query":"query(' + " ".join(f"$v{n}:{kind}" for n in range(10)) + '){__typename}","variables":{' + ",".join(f'"v{n}":{one}' for n in range(10)) + "}}"
            )
        for depth in (120, 127, 128, 129, 300, 5_000, 49_000):
            for blanks in ("", " " * 17_000):
                one = nested("[", "", "]", depth)
                yield f"a value {depth} deep for {kind}, {len(blanks)} blanks", raw('{"query":"query($v:' + kind + '){__typename}","variables":{"v":' + one + "}}" + blanks)
        for name, one in (("a text", '"\\ud800"'), ("a list", '["a\\udfff"]'), ("a member", '{"a":"\\ud800"}'), ("a name", '{"\\udc00":1}')):
            for blanks in ("", " " * 17_000):
                yield f"half a character in {name} for {kind}, {len(blanks)} blanks", raw('{"query":"query($v:' + kind + '){__typename}","variables":{"v":' + one + "}}" + blanks)
    yield "half a character in the name of a variable", raw('{"query":"{__typename}","variables":{"\\ud800":1}}')
    yield "a value that is deep and nobody declares", raw('{"query":"{__typename}","variables":{"v":' + nested("[", "", "]", 49_000) + "}}")


def quoted(scalar, number):
    """Errors that quote what was sent, many times."""
    text = "x" * 2_000
    yield "texts that are quoted", graphql("{" + aliases(900, scalar.replace(number, f'"{"9" * 700}"')) + "}")
    yield "a variable that is quoted", graphql("query($v:Decimal!){" + aliases(900, scalar.replace(number, "$v")) + "}", {"v": "x" * 900_000})
    yield "a variable of a type that is quoted", graphql("query($v:" + text + "){" + aliases(900, scalar.replace(number, "$v")) + "}", {"v": text})
    yield "numbers that are refused", graphql("{" + aliases(900, scalar.replace(number, "1e99")) + "}")
    yield "values of other kinds", graphql("{" + aliases(900, scalar.replace(number, "{a:[true,null,X]}")) + "}")
    yield "variables that are missing", graphql("query($v:Decimal){" + aliases(900, scalar.replace(number, "$v")) + "}")
    yield "variables nobody declared, in many places", graphql("{" + " ".join(f"a{n}:" + scalar.replace(number, f"$v{n}") for n in range(900)) + "}")
    yield "errors in a list", graphql("query($v:[Decimal!]!){__typename}", {"v": ["x" * 40] * 20_000})
