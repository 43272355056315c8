# shellcheck shell=bash
# The documents: their words, their links and commands, and the site that is made of them. Sourced by steps.sh.

here=${root:?set by run}/.ci
# The library that draws diagrams in a browser, out of the package that holds it, and the hash of it.
MERMAID=11.12.1
MERMAID_SHA256=198b19442f86f0b46a17e56d3abf744c3a28a3427e66fa8dada3b589a77babcc

# Spelling, and the phrases that phrases.py lists.
step_prose() {
    need_python_tools
    "$PYTHON_TOOLS/typos" --config "$here/typos.toml" .
    python3 -B "$here/phrases.py"
}

# Every link leads somewhere, every command names what is there, every key is in an example, and the site asks no other host for anything.
step_docs() {
    need_python_tools
    need_helm
    python3 -B "$here/links.py"
    python3 -B "$here/errors.py"
    python3 -B "$here/diagram.py"
    build_programs
    "$PYTHON_TOOLS/python" -B "$here/commands.py" "$PROGRAMS" "$HELM"
    "$PYTHON_TOOLS/python" -B "$here/keys.py"
    build_site
    python3 -B "$here/links.py" "$CI_DIR/site"
}

# build_site: into $CI_DIR/site, as it is published.
build_site() {
    need_mermaid
    rm -rf "$CI_DIR/site"
    if ! PATH=$PYTHON_TOOLS:$PATH timeout 120 "$PYTHON_TOOLS/mdbook" build --dest-dir "$CI_DIR/site" docs >"$CI_DIR/site.log" 2>&1 ||
        grep -E 'WARN|ERROR' "$CI_DIR/site.log"; then
        cat "$CI_DIR/site.log" >&2
        fail 'the site does not build, or not without a warning'
    fi
    cp "$CI_DIR/mermaid/package/dist/mermaid.min.js" "$CI_DIR/site/site/"
}

need_mermaid() {
    local folder=$CI_DIR/mermaid library=$CI_DIR/mermaid/package/dist/mermaid.min.js
    sha256sum --check --status - <<<"$MERMAID_SHA256  $library" 2>/dev/null && return
    need_node
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && timeout 120 npm pack --silent "mermaid@$MERMAID" && tar -xzf mermaid-*.tgz package/dist/mermaid.min.js && rm mermaid-*.tgz) \
        >"$CI_DIR/mermaid.log" 2>&1 || skip "mermaid $MERMAID cannot be fetched: $(tail -n 1 "$CI_DIR/mermaid.log")"
    sha256sum --check --status - <<<"$MERMAID_SHA256  $library" || fail "mermaid $MERMAID is not what it was"
}
