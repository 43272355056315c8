{{/*
Subgraphs: what an entry of `.Values.subgraphs` says, over `.Values.subgraphDefaults`. Templates merge by
  mergeOverwrite (deepCopy $.Values.subgraphDefaults) (deepCopy $entry)
because numbers that go through YAML text lose their type.
*/}}

{{/* "yes" for a subgraph that runs here: (dict "subgraph" …). */}}
{{- define "abaque.subgraph.runsHere" -}}
{{- if and .subgraph.enabled (not .subgraph.url) }}yes{{ end }}
{{- end }}

{{/* Where the router finds it: (dict "root" $ "component" NAME "subgraph" …). */}}
{{- define "abaque.subgraph.url" -}}
{{- if .subgraph.url }}
{{- .subgraph.url }}
{{- else }}
{{- printf "http://%s:%d%s" (include "abaque.host" .) (int .subgraph.port) .subgraph.path }}
{{- end }}
{{- end }}

{{/* The name of the port with probes and metrics. */}}
{{- define "abaque.subgraph.adminPort" -}}
{{- if .subgraph.adminPort }}admin{{ else }}http{{ end }}
{{- end }}
