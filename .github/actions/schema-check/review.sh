#!/usr/bin/env bash
# Runs `router check` once and leaves its Markdown in the job's summary. The exit code goes to a later step, so that the comment is
# written before the job fails.
set -euo pipefail

arguments=(check --config "$CONFIG" --against "$AGAINST" --format markdown)
[[ -n $SUPERGRAPH ]] && arguments+=(--supergraph "$SUPERGRAPH")
if [[ -n $OPERATIONS ]]; then
    read -ra paths <<<"$OPERATIONS"
    arguments+=(--operations "${paths[@]}")
fi
if [[ -n $MORE ]]; then
    read -ra more <<<"$MORE"
    arguments+=("${more[@]}")
fi

router=("$ROUTER")
if [[ -z $ROUTER ]]; then
    # Files can be in the workspace or in the runner's folder for temporary ones.
    router=(docker run --rm --network host --volume "$PWD:$PWD" --volume "$RUNNER_TEMP:$RUNNER_TEMP" --workdir "$PWD" "$IMAGE")
fi

report=$RUNNER_TEMP/schema-review.md
messages=$RUNNER_TEMP/schema-review.log
code=0
"${router[@]}" "${arguments[@]}" >"$report" 2>"$messages" || code=$?
cat "$messages" >&2
if [[ ! -s $report ]]; then
    # The graph does not compose, or the arguments are wrong: what was said of it is the review.
    { printf '### ❌ No review\n\n```text\n'; head -c 20000 "$messages"; printf '```\n'; } >"$report"
fi
cat "$report" >>"$GITHUB_STEP_SUMMARY"
{ printf 'report=%s\n' "$report"; printf 'code=%s\n' "$code"; } >>"$GITHUB_OUTPUT"
