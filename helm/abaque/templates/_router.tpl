{{/*
The router's configuration: what values pass through, and what follows from the rest of them.
*/}}

{{- define "abaque.router.configuration" -}}
{{- $root := . }}
{{- $subgraphs := dict }}
{{- $errors := dict }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if ne $subgraph.inGraph false }}
{{- $settings := deepCopy $subgraph.routerSettings }}
{{- if not $subgraph.discovered }}
{{- $_ := set $settings "url" (include "abaque.subgraph.url" (dict "root" $root "component" $subgraph.component "subgraph" $subgraph)) }}
{{- end }}
{{- if or $subgraph.sdl $subgraph.sdlFrom }}
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
{{- $schema := default dict $config.schema }}
{{- if and .Values.router.seed (not $config.supergraph) (not (hasKey $schema "seed")) }}
{{- $_ := set $schema "seed" (list (printf "http://%s:9090" (include "abaque.host" (dict "root" . "component" "router-siblings")))) }}
{{- end }}
{{- if and .Values.router.partial (not $config.supergraph) (not (hasKey $schema "partial")) }}
{{- $_ := set $schema "partial" true }}
{{- end }}
{{- with $schema }}
{{- $_ := set $config "schema" . }}
{{- end }}
{{- if eq .Values.router.reload "watch" }}
{{- $_ := set $config "watch" true }}
{{- end }}
{{- with .Values.router.tls }}
{{- if .secretName }}
{{- $tls := default dict $config.tls }}
{{- $_ := set $tls "cert" "/etc/router-tls/tls.crt" }}
{{- $_ := set $tls "key" "/etc/router-tls/tls.key" }}
{{- if .clientCaSecretName }}
{{- $_ := set $tls "client_ca" "/etc/router-client-ca/ca.crt" }}
{{- end }}
{{- $_ := set $config "tls" $tls }}
{{- end }}
{{- end }}
{{- with .Values.telemetry }}
{{- if .endpoint }}
{{- $telemetry := default dict $config.telemetry }}
{{- $otlp := dict "endpoint" .endpoint "protocol" .protocol "sample" .sample "metrics" .metrics }}
{{- $_ := set $telemetry "otlp" (mergeOverwrite $otlp (default dict $telemetry.otlp)) }}
{{- $_ := set $config "telemetry" $telemetry }}
{{- end }}
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
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if and (ne $subgraph.inGraph false) $subgraph.sdl }}
{{ $name }}.graphql: |
  {{- $subgraph.sdl | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The volume with the router's folder: its ConfigMap, or one that is there already; and the SDL of subgraphs that others keep in a ConfigMap,
which a projected volume puts beside it.
*/}}
{{- define "abaque.router.volume" -}}
{{- $map := default (include "abaque.componentName" (dict "root" . "component" "router")) .Values.router.existingConfigMap }}
{{- $sources := list }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if and (ne $subgraph.inGraph false) $subgraph.sdlFrom }}
{{- $item := dict "key" $subgraph.sdlFrom.key "path" (printf "%s.graphql" $name) }}
{{- $sources = append $sources (dict "configMap" (dict "name" $subgraph.sdlFrom.configMap "items" (list $item))) }}
{{- end }}
{{- end }}
{{- if $sources }}
projected:
  sources:
    - configMap: { name: {{ $map }} }
    {{- toYaml $sources | nindent 4 }}
{{- else }}
configMap:
  name: {{ $map }}
{{- end }}
{{- end }}

{{/* "yes" where it looks for Services that are subgraphs. */}}
{{- define "abaque.router.discovers" -}}
{{- if hasKey (default dict .Values.router.config.discovery) "kubernetes" }}yes{{ end }}
{{- end }}

{{/* The namespaces in which it does, as a YAML list: the release's, those that are named, or `*`. */}}
{{- define "abaque.router.discoveryNamespaces" -}}
{{- $named := dig "kubernetes" "namespaces" list (default dict .Values.router.config.discovery | deepCopy) }}
{{- toYaml (default (list .Release.Namespace) $named) }}
{{- end }}

{{/* The scheme by which it answers clients. */}}
{{- define "abaque.router.scheme" -}}
{{- if (.Values.router.tls).secretName }}https{{ else }}http{{ end }}
{{- end }}

{{/* Where the router answers GraphQL. */}}
{{- define "abaque.router.path" -}}
{{- default "/graphql" .Values.router.config.path }}
{{- end }}

{{/* "yes" where a path from outside does not lead to it as it is: (dict "root" $ "route" …). What a controller makes of other kinds of paths is not known. */}}
{{- define "abaque.router.astray" -}}
{{- $path := include "abaque.router.path" .root }}
{{- $kind := default "Prefix" .route.pathType }}
{{- if has $kind (list "Prefix" "PathPrefix") }}
{{- if not (hasPrefix (printf "%s/" (trimSuffix "/" .route.path)) (printf "%s/" $path)) }}yes{{ end }}
{{- else if eq $kind "Exact" }}
{{- if ne .route.path $path }}yes{{ end }}
{{- end }}
{{- end }}

{{/*
"yes" where a route from outside may rewrite the path: by an annotation of its controller that looks like it, or by a filter that can.
*/}}
{{- define "abaque.router.rewritten" -}}
{{- $found := false }}
{{- range $key, $value := default dict .annotations }}
{{- $found = or $found (regexMatch "(?i)rewrite|strip|replace|middleware|plugin|transform|snippet|backend-path|modpath|setpath" (printf "%s %v" $key $value)) }}
{{- end }}
{{- range default list .filters }}
{{- $found = or $found (has .type (list "RequestRedirect" "ExtensionRef")) (hasKey (default dict .urlRewrite) "path") }}
{{- end }}
{{- if $found }}yes{{ end }}
{{- end }}

{{/*
A file of rules or a dashboard: (dict "root" $ "path" …). What looks at requests to /graphql looks at those to the router's own path, too.
They are not templates: what they have in braces is for Prometheus and Grafana.
*/}}
{{- define "abaque.routed" -}}
{{- $text := .root.Files.Get .path }}
{{- $path := include "abaque.router.path" .root }}
{{- if ne $path "/graphql" }}
{{- $text = $text | replace "http_route=\"/graphql\"" (printf "http_route=~\"/graphql|%s\"" $path) }}
{{- $text = $text | replace "http_route=\\\"/graphql\\\"" (printf "http_route=~\\\"/graphql|%s\\\"" $path) }}
{{- end }}
{{- $text }}
{{- end }}

{{/* "yes" where the graph is known to have both services of the project. */}}
{{- define "abaque.router.ours" -}}
{{- $ours := not (or .Values.router.existingConfigMap .Values.router.config.supergraph) }}
{{- range $name := list "calculatrice" "statistiques" }}
{{- $ours = and $ours (dig $name "inGraph" false $.Values.prepared.subgraphs) (not (dig $name "discovered" false $.Values.prepared.subgraphs)) }}
{{- end }}
{{- if $ours }}yes{{ end }}
{{- end }}

{{/* "true" where the checks of `helm test` cannot ask the router's endpoint: it wants certificates of clients, and they have none. */}}
{{- define "abaque.tests.leaveOutTheRouter" -}}
{{- if and (.Values.router.tls).secretName (.Values.router.tls).clientCaSecretName (not .Values.tests.clientSecretName) -}}
true
{{- end -}}
{{- end }}
