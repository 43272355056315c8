{{/*
Subgraphs: what an entry of `.Values.subgraphs` says, over `.Values.subgraphDefaults`.
*/}}

{{/*
Reckons once what all templates go by; each includes this first, since their order is not defined. Values
that cannot be are refused here, before a template fails on them. As `.Values.prepared`:
  subgraphs   by name, those that are enabled, with `name` and `component`; `discovered` of what only says how the router treats a subgraph that it finds by itself
  deployed    by component, those that run here: of `subgraphs`, and those that leave
  leaving     those that routers of before still ask and that values no longer have, or have elsewhere: `{ name, entry }` each
  record      what the next upgrade has to know of this one, as JSON
*/}}
{{- define "abaque.prepare" -}}
{{- if not (hasKey .Values "prepared") }}
{{- include "abaque.prepare.nothing" . }}
{{- $subgraphs := dict }}
{{- $deployed := dict }}
{{- $inGraph := list }}
{{- $discovers := and (include "abaque.router.discovers" .) (not .Values.router.existingConfigMap) }}
{{- range $name, $entry := .Values.subgraphs }}
{{- /* Null takes an entry away, of other values as of the chart's. */}}
{{- if not (kindIs "invalid" $entry) }}
{{- $component := include "abaque.subgraph.component" $name }}
{{- $subgraph := mergeOverwrite (deepCopy $.Values.subgraphDefaults) (deepCopy $entry) (dict "name" $name "component" $component) }}
{{- $_ := set $subgraph "routerSettings" (default dict $subgraph.routerSettings) }}
{{- if $subgraph.enabled }}
{{- $_ := set $subgraphs $name $subgraph }}
{{- $_ := set $subgraph "discovered" (and $discovers (not (or $subgraph.url $subgraph.image.repository))) }}
{{- if not (or $subgraph.url $subgraph.discovered) }}
{{- $_ := set $deployed $component $subgraph }}
{{- end }}
{{- if and (ne $subgraph.inGraph false) (not $subgraph.discovered) }}
{{- /* What only concerns the graph, which it will have left. */}}
{{- $recorded := omit $entry "sdl" "sdlFrom" "routerSettings" "includeErrors" "enabled" "inGraph" }}
{{- if not $subgraph.url }}
{{- /* In full, since the defaults may have changed by then. */}}
{{- $ports := dict "port" $subgraph.port "servicePort" (include "abaque.subgraph.servicePort" (dict "subgraph" $subgraph) | int) "adminPort" $subgraph.adminPort }}
{{- $recorded = merge $ports $recorded }}
{{- end }}
{{- $inGraph = append $inGraph (dict "name" $name "entry" $recorded) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $prepared := dict "subgraphs" $subgraphs "deployed" $deployed "leaving" list }}
{{- $_ := set .Values "prepared" $prepared }}
{{- include "abaque.prepare.leaving" . }}
{{- $_ := set $prepared "record" (dict "inGraph" $inGraph "leaving" $prepared.leaving | toJson) }}
{{- include "abaque.validate" . }}
{{- end }}
{{- end }}

{{/* Sections that are null, or that values of an older chart do not have, and where that means nothing rather than a mistake: see tests/describe.py. */}}
{{- define "abaque.prepare.nothing" -}}
{{- range list "global" "subgraphs" "telemetry" "prometheus" "grafana" "serviceMonitor" "prometheusRule" "dashboards" "tests" }}
{{- $_ := set $.Values . (default dict (get $.Values .)) }}
{{- end }}
{{- $_ := set .Values.router "config" (default dict .Values.router.config) }}
{{- end }}

{{/*
Helm deletes what is no longer rendered before the routers have turned over. So a subgraph that leaves the graph is rendered once more: the
router's Deployment has a record of what its pods ask, which Helm looks up. Without a cluster (`helm template`) nothing is known of it.
*/}}
{{- define "abaque.prepare.leaving" -}}
{{- $prepared := .Values.prepared }}
{{- $router := lookup "apps/v1" "Deployment" .Release.Namespace (include "abaque.componentName" (dict "root" . "component" "router")) }}
{{- $record := dig "metadata" "annotations" "abaque.dev/subgraphs" "{}" $router | fromJson }}
{{- $former := default list $record.inGraph }}
{{- if and $router (not (hasKey (default dict $router.metadata.annotations) "abaque.dev/subgraphs")) }}
{{- $former = include "abaque.prepare.unrecorded" . | fromJsonArray }}
{{- end }}
{{- $status := dig "status" dict $router }}
{{- /* A rollout that has not ended leaves routers of the one before it. */}}
{{- if or (lt (int $status.observedGeneration) (dig "metadata" "generation" 0 $router | int)) (lt (int $status.updatedReplicas) (int $status.replicas)) (gt (int $status.terminatingReplicas) 0) }}
{{- $former = concat $former (default list $record.leaving) }}
{{- end }}
{{- range $former }}
{{- $component := include "abaque.subgraph.component" .name }}
{{- $was := mergeOverwrite (deepCopy $.Values.subgraphDefaults) (deepCopy .entry) (dict "name" .name "component" $component "inGraph" false "leaves" true) }}
{{- $now := get $prepared.deployed $component }}
{{- $leaves := false }}
{{- if $was.url }}
{{- $leaves = ne $was.url (dig .name "url" "" $prepared.subgraphs) }}
{{- else if not $now }}
{{- $_ := set $prepared.deployed $component $was }}
{{- $leaves = true }}
{{- else }}
{{- $port := include "abaque.subgraph.servicePort" (dict "subgraph" $was) | int }}
{{- if and (eq $port (int $now.adminPort)) (ne $port (include "abaque.subgraph.servicePort" (dict "subgraph" $now) | int)) }}
{{- $_ := set $now "lost" $port }}
{{- end }}
{{- $taken := concat (list (include "abaque.subgraph.servicePort" (dict "subgraph" $now) | int) (int $now.adminPort)) (default list $now.formerPorts) }}
{{- if not (has $port $taken) }}
{{- $_ := set $now "formerPorts" (append (default list $now.formerPorts) $port) }}
{{- $leaves = true }}
{{- end }}
{{- end }}
{{- if $leaves }}
{{- $_ := set $prepared "leaving" (append $prepared.leaving .) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What the routers of the first chart ask, which made no record: as JSON, from their configuration, and from the Deployments of what runs here.
*/}}
{{- define "abaque.prepare.unrecorded" -}}
{{- $former := list }}
{{- $map := lookup "v1" "ConfigMap" .Release.Namespace (include "abaque.componentName" (dict "root" . "component" "router")) }}
{{- range $name, $settings := (dig "data" "router.yaml" "" $map | fromYaml).subgraphs }}
{{- $url := (default dict $settings).url | default "" | toString }}
{{- $component := include "abaque.componentName" (dict "root" $ "component" (include "abaque.subgraph.component" $name)) }}
{{- if not (hasPrefix (printf "http://%s.%s.svc" $component $.Release.Namespace) $url) }}
{{- $former = append $former (dict "name" $name "entry" (dict "url" $url)) }}
{{- else }}
{{- with lookup "apps/v1" "Deployment" $.Release.Namespace $component }}
{{- $entry := include "abaque.prepare.running" (dict "root" $ "running" .) | fromJson }}
{{- $_ := set $entry "servicePort" (regexFind ":[0-9]+" (trimPrefix "http://" $url) | trimPrefix ":" | int) }}
{{- $former = append $former (dict "name" $name "entry" $entry) }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $former }}
{{- end }}

{{/* The entry of `subgraphs` that makes a Deployment what it is, as JSON: (dict "root" $ "running" …). The settings of a service are in its environment. */}}
{{- define "abaque.prepare.running" -}}
{{- $pod := .running.spec.template.spec }}
{{- $container := first $pod.containers }}
{{- $image := $container.image }}
{{- with .root.Values.global.imageRegistry }}
{{- $image = trimPrefix (printf "%s/" .) $image }}
{{- end }}
{{- $tag := regexFind ":[^:/@]+$" (regexReplaceAll "@.*$" $image "") }}
{{- $named := dict "repository" (regexReplaceAll "@.*$" $image "" | trimSuffix $tag) "tag" (trimPrefix ":" $tag) "digest" (regexFind "@.*$" $image | trimPrefix "@") "pullPolicy" (default "IfNotPresent" $container.imagePullPolicy) }}
{{- $ports := dict }}
{{- range $container.ports }}
{{- $_ := set $ports .name .containerPort }}
{{- end }}
{{- $probes := dict "livenessPath" (dig "livenessProbe" "httpGet" "path" "/" $container) "readinessPath" (dig "readinessProbe" "httpGet" "path" "/" $container) }}
{{- $entry := dict "image" $named "port" $ports.http "adminPort" $ports.admin "probes" $probes "replicas" (max 1 (int .running.spec.replicas)) }}
{{- range $key, $from := dict "command" "command" "args" "args" "extraEnv" "env" "extraEnvFrom" "envFrom" "lifecycle" "lifecycle" "resources" "resources" "extraVolumeMounts" "volumeMounts" "containerSecurityContext" "securityContext" }}
{{- with get $container $from }}
{{- $_ := set $entry $key . }}
{{- end }}
{{- end }}
{{- range $key, $from := dict "extraVolumes" "volumes" "podSecurityContext" "securityContext" "terminationGracePeriodSeconds" "terminationGracePeriodSeconds" }}
{{- with get $pod $from }}
{{- $_ := set $entry $key . }}
{{- end }}
{{- end }}
{{- toJson $entry }}
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

{{/*
The name of a port of its Service: (dict "root" $ "component" NAME "port" NUMBER "main" whether it is the one of its URL). What is there keeps its
name: endpoints go by it, so that under another one a port would have none until they have been made anew.
*/}}
{{- define "abaque.subgraph.portName" -}}
{{- $name := "" }}
{{- $taken := list }}
{{- $service := lookup "v1" "Service" .root.Release.Namespace (include "abaque.componentName" .) }}
{{- range dig "spec" "ports" list $service }}
{{- $taken = append $taken .name }}
{{- if and (eq (int .port) (int $.port)) (ne .name "admin") }}
{{- $name = .name }}
{{- end }}
{{- end }}
{{- if $name }}
{{- $name }}
{{- else if and .main (not (has "http" $taken)) -}}
http
{{- else }}
{{- printf "http-%d" (int .port) }}
{{- end }}
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
