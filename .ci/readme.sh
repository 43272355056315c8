#!/usr/bin/env bash
# readme.sh FILE: runs every `curl` command in the `sh` blocks of FILE against the programs at the ABAQUE_… addresses, in place of the
# ports that the file names, and compares the answer with the `json` block that follows, where one does.
set -Eeuo pipefail
file=$1

# Its sh and json blocks, in order: `kind TAB line`, for `curl` lines, and for each block of JSON, on one line.
parts=$(awk '
    /^```sh *$/ { kind = "sh"; next }
    /^```json *$/ { kind = "json"; text = ""; next }
    /^```/ { if (kind == "json") print "json\t" text; kind = ""; next }
    kind == "sh" && /^curl / { print "curl\t" $0 }
    kind == "json" { text = text $0 " " }
' "$file")

ran=0 compared=0 answer=''
while IFS=$'\t' read -r kind text; do
    case $kind in
        curl)
            command=$text
            command=${command//localhost:4000/$ABAQUE_ROUTER}
            command=${command//localhost:4001/$ABAQUE_CALCULATRICE}
            command=${command//localhost:4002/$ABAQUE_STATISTIQUES}
            command=${command//localhost:9090/$ABAQUE_ROUTER_ADMIN}
            printf '$ %s\n' "$text"
            # A command of the README is trusted as the README is: this runs it as a reader's shell would.
            answer=$(bash -c "set -o pipefail; ${command/#curl /curl --fail-with-body --max-time 30 }" </dev/null)
            printf '%s\n' "$answer"
            jq -e 'type == "object" and (has("errors") | not)' <<<"$answer" >/dev/null || {
                printf 'FAILED: not an answer without errors\n' >&2
                exit 1
            }
            ran=$((ran + 1))
            ;;
        json)
            [[ -n $answer ]] || continue
            diff -u <(jq -S . <<<"$text") <(jq -S . <<<"$answer") || {
                printf 'FAILED: the answer (+) is not what %s says (-)\n' "$file" >&2
                exit 1
            }
            compared=$((compared + 1)) answer=''
            ;;
    esac
done <<<"$parts"

((ran > 0 && compared > 0)) || {
    printf 'FAILED: %s shows no command with its answer\n' "$file" >&2
    exit 1
}
printf '%s commands of %s ran, %s answers compared\n' "$ran" "$file" "$compared"
