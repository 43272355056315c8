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
        fail "the change \"$script\" does not change schema/api.graphql: mend .ci/review.sh"
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
    local router
    cargo build --locked --quiet -p router
    router=${CARGO_TARGET_DIR:-$root/target}/debug/router

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

    # The action that other repositories use, with the commands of a runner.
    local temporary=$CI_DIR/schema-check
    rm -rf "$temporary" && mkdir -p "$temporary"
    ROUTER=$router IMAGE='' CONFIG=router/router.yaml AGAINST=schema/api.graphql SUPERGRAPH=$CI_DIR/changed.graphql \
        OPERATIONS=schema/operations MORE='--plans fail' RUNNER_TEMP=$temporary GITHUB_STEP_SUMMARY=$temporary/summary \
        GITHUB_OUTPUT=$temporary/output .github/actions/schema-check/review.sh
    grep -qxF 'code=0' "$temporary/output" || fail "the action says $(cat "$temporary/output")"
    diff "$CI_DIR/review.md" "$temporary/summary" || fail "the summary is not the review"
}
