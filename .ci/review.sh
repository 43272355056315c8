# shellcheck shell=bash
# Coordinates in the review are in the backticks of Markdown.
# shellcheck disable=SC2016
# `router check` over this repository's own schemas: a scripted change of each class, and what the review says of it. Sourced by steps.sh.

# reviewed CODE SCRIPT WORD...: changes schema/api.graphql by a sed script, expects that exit code, and each WORD in the Markdown.
reviewed() {
    local expected=$1 script=$2 code=0 word
    shift 2
    sed -E "$script" schema/api.graphql >"$CI_DIR/changed.graphql"
    if cmp -s schema/api.graphql "$CI_DIR/changed.graphql"; then
        fail "the change \"$script\" does not change schema/api.graphql: fix .ci/review.sh"
    fi
    "$router" check --config router/router.yaml --supergraph "$CI_DIR/changed.graphql" --against schema/api.graphql \
        --operations schema/operations --format markdown >"$CI_DIR/review.md" || code=$?
    head -n 1 "$CI_DIR/review.md"
    [[ $code == "$expected" ]] || fail "exit code $code in place of $expected for \"$script\""
    for word in "$@"; do
        grep -qF -- "$word" "$CI_DIR/review.md" || fail "the review of \"$script\" does not say \"$word\""
    done
}

step_review() {
    build_programs
    local router=$PROGRAMS/router

    # Every operation that the repository keeps is valid, and has a plan.
    "$router" check --config router/router.yaml --supergraph schema/supergraph.graphql --against schema/supergraph.graphql \
        --operations schema/operations --format json >"$CI_DIR/review.json"
    jq -e '.summary.verdict == "pass" and .summary.operations > 0 and (.operations | length == 0)' "$CI_DIR/review.json" >/dev/null ||
        fail "an operation of schema/operations is not valid: $(jq -c '.operations' "$CI_DIR/review.json")"

    reviewed 1 '/^type Serie \{/,/^}/ s/^  mediane: /  medianeAncienne: /' '❌' '`Serie.mediane`' 'field removed'
    reviewed 1 '/^type Query /,/^}/ { /^  moyenne\(/,/^  \)/ s/^  moyenne\(/  moyenneArithmetique(/ }' '❌' '`Query.moyenne`' 'Used by Resume' '`Resume` breaks'
    reviewed 1 's/^  addition\(/  addition(arrondi: Int!, /' '❌' '`Query.addition(arrondi:)`' 'It is required' 'Used by Arithmetique'
    reviewed 0 's/^  addition\(/  addition(arrondi: Int, /' '⚠️' '`Query.addition(arrondi:)`' 'stay valid'
    reviewed 0 's/^type Query \{/type Query {\n  nouveau: Int/' '✅' '`Query.nouveau`'

    # What people wrote follows the rules for schemas, but for one input type whose French name came first.
    "$router" lint --config router/router.yaml --format json schema/calculatrice.graphql schema/statistiques.graphql >"$CI_DIR/lint.json"
    jq -e '[.findings[] | select(.coordinate != "Affectation")] | length == 0' "$CI_DIR/lint.json" >/dev/null ||
        fail "router lint has findings in the services' schemas: $(jq -c '[.findings[] | {code, coordinate}]' "$CI_DIR/lint.json")"

    # What no client may see is not in a variant without it, and a tag that nothing has hides everything.
    {
        echo 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])'
        echo 'type Query { visible: Int secret: Int @tag(name: "internal") }'
    } >"$CI_DIR/tagged.graphql"
    echo "subgraphs: { tagged: { url: http://127.0.0.1:1/, sdl: tagged.graphql } }" >"$CI_DIR/tagged.yaml"
    "$router" compose --config "$CI_DIR/tagged.yaml" --exclude-tags internal --output "$CI_DIR/variant.graphql" --api "$CI_DIR/variant-api.graphql"
    grep -q visible "$CI_DIR/variant-api.graphql" || fail "the variant lost what it should show"
    ! grep -q secret "$CI_DIR/variant-api.graphql" || fail "the variant shows what it should hide"
    ! "$router" compose --config "$CI_DIR/tagged.yaml" --include-tags public --output /dev/null 2>"$CI_DIR/variant.err" ||
        fail "a variant with nothing to query is composed"
    grep -q ONLY_INACCESSIBLE_CHILDREN "$CI_DIR/variant.err" || fail "$(cat "$CI_DIR/variant.err")"

    # The action that other repositories use, with the commands of a runner.
    local temporary=$CI_DIR/schema-check
    rm -rf "$temporary" && mkdir -p "$temporary"
    ROUTER=$router IMAGE='' CONFIG=router/router.yaml AGAINST=schema/api.graphql SUPERGRAPH=$CI_DIR/changed.graphql \
        OPERATIONS=schema/operations MORE='--plans fail' RUNNER_TEMP=$temporary GITHUB_STEP_SUMMARY=$temporary/summary \
        GITHUB_OUTPUT=$temporary/output .github/actions/schema-check/review.sh
    grep -qxF 'code=0' "$temporary/output" || fail "the action says $(cat "$temporary/output")"
    diff "$CI_DIR/review.md" "$temporary/summary" || fail "the summary is not the review"
}
