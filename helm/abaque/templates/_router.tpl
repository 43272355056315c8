{{/*
The router's configuration: what values pass through, and what follows from the rest of them.
*/}}

{{- define "abaque.router.configuration" -}}
{{- $root := . }}
{{- $subgraphs := dict }}
{{- $errors := dict }}
{{- range $name, $entry := .Values.subgraphs }}
{{- $subgraph := mergeOverwrite (deepCopy $root.Values.subgraphDefaults) (deepCopy (default dict $entry)) }}
{{- if $subgraph.enabled }}
{{- $settings := deepCopy $subgraph.routerSettings }}
{{- $_ := set $settings "url" (include "abaque.subgraph.url" (dict "root" $root "component" $name "subgraph" $subgraph)) }}
{{- if $subgraph.sdl }}
{{- $_ := set $settings "sdl" (printf "./%s.graphql" $name) }}
{{- end }}
{{- $_ := set $subgraphs $name $settings }}
{{- if $subgraph.includeErrors }}
{{- $_ := set $errors $name true }}
{{- end }}
{{- end }}
{{- end }}
{{- $config := deepCopy .Values.router.config }}
{{- $_ := set $config "listen" (printf "%s:4000" .Values.bindAddress) }}
{{- $_ := set $config "admin" (printf "%s:9090" .Values.bindAddress) }}
{{- with $subgraphs }}
{{- $_ := set $config "subgraphs" . }}
{{- end }}
{{- if and $errors (not (hasKey $config "include_subgraph_errors")) }}
{{- $_ := set $config "include_subgraph_errors" $errors }}
{{- end }}
{{- if and .Values.router.keep (not $config.supergraph) }}
{{- $_ := set $config "keep" "/var/lib/router/supergraph.graphql" }}
{{- end }}
{{- $timeouts := default dict $config.timeouts }}
{{- $_ := set $timeouts "drain_delay" (printf "%ds" (int .Values.router.drain.delaySeconds)) }}
{{- $_ := set $timeouts "drain" (printf "%ds" (int .Values.router.drain.timeoutSeconds)) }}
{{- $_ := set $config "timeouts" $timeouts }}
{{- toYaml $config }}
{{- end }}

{{/* All files of the router's folder: its configuration, and the SDL of subgraphs that do not tell it. */}}
{{- define "abaque.router.files" -}}
router.yaml: |
  {{- include "abaque.router.configuration" . | nindent 2 }}
{{- range $name, $entry := .Values.subgraphs }}
{{- $subgraph := mergeOverwrite (deepCopy $.Values.subgraphDefaults) (deepCopy (default dict $entry)) }}
{{- if and $subgraph.enabled $subgraph.sdl }}
{{ $name }}.graphql: |
  {{- $subgraph.sdl | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
