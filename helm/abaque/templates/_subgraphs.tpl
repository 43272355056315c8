{{/*
Subgraphs: what an entry of `.Values.subgraphs` says, over `.Values.subgraphDefaults`. Templates merge by
  mergeOverwrite (deepCopy $.Values.subgraphDefaults) (deepCopy $entry)
because numbers that go through YAML text lose their type.
*/}}

{{/* "yes" for a subgraph that runs here: (dict "subgraph" …). */}}
{{- define "abaque.subgraph.runsHere" -}}
{{- if and .subgraph.enabled (not .subgraph.url) }}yes{{ end }}
{{- end }}

{{/*
The component that a subgraph is, in names and labels: its own name where Kubernetes takes that, in lower case, with dashes, and at most
22 characters, which leaves room for the release's.
*/}}
{{- define "abaque.subgraph.component" -}}
{{- $name := . | lower | replace "_" "-" }}
{{- if gt (len $name) 22 }}
{{- printf "%s-%s" ($name | trunc 15 | trimSuffix "-") (. | sha256sum | trunc 6) }}
{{- else }}
{{- $name }}
{{- end }}
{{- end }}

{{/* The port of its Service. */}}
{{- define "abaque.subgraph.servicePort" -}}
{{- default .subgraph.port .subgraph.servicePort | int }}
{{- end }}

{{/* Where the router finds it: (dict "root" $ "component" NAME "subgraph" …). */}}
{{- define "abaque.subgraph.url" -}}
{{- if .subgraph.url }}
{{- .subgraph.url }}
{{- else }}
{{- printf "http://%s:%s%s" (include "abaque.host" .) (include "abaque.subgraph.servicePort" .) .subgraph.path }}
{{- end }}
{{- end }}

{{/* The name of the port with probes and metrics. */}}
{{- define "abaque.subgraph.adminPort" -}}
{{- if .subgraph.adminPort }}admin{{ else }}http{{ end }}
{{- end }}
