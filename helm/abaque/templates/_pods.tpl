{{/*
What the pods of all components have in common: (dict "root" $ "component" … "values" …).
*/}}

{{/* An image by digest, or by tag: (dict "root" $ "image" …). Programs of Abaque have the chart's appVersion as their tag. */}}
{{- define "abaque.image" -}}
{{- $repository := .image.repository }}
{{- with .root.Values.global.imageRegistry }}
{{- $repository = printf "%s/%s" . (regexReplaceAll "^[^/]+[.:][^/]*/" $repository "") }}
{{- end }}
{{- if .image.digest }}
{{- printf "%s@%s" $repository .image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .root.Chart.AppVersion .image.tag) }}
{{- end }}
{{- end }}

{{/* Names of Secrets, given as such or as `{ name }`. */}}
{{- define "abaque.pullSecrets" -}}
{{- range . }}
- name: {{ kindIs "map" . | ternary (get (kindIs "map" . | ternary . dict) "name") . }}
{{- end }}
{{- end }}

{{/* Where the pods may run and as whom; `token` mounts the account's token. */}}
{{- define "abaque.podSpec" -}}
serviceAccountName: {{ include "abaque.serviceAccountName" . }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- include "abaque.pullSecrets" . | nindent 2 }}
{{- end }}
{{- with .values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "abaque.placement" . }}
{{- with .values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where pods may run, by which runtime, and before which others. */}}
{{- define "abaque.placement" -}}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Replicas over zones and hosts, each generation for itself; never a reason not to run. Constraints of values select the component where they select nothing. */}}
{{- define "abaque.topologySpread" -}}
{{- if kindIs "slice" .values.topologySpreadConstraints }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $spread := dict "labelSelector" (dict "matchLabels" (include "abaque.selectorLabels" $ | fromYaml)) }}
  {{- if not .labelSelector }}
  {{- /* A generation that is rolled out is spread for itself: the one that leaves is not in its way. */}}
  {{- $_ := set $spread "matchLabelKeys" (list "pod-template-hash") }}
  {{- end }}
  - {{ toYaml (mergeOverwrite $spread (deepCopy .)) | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- else }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "abaque.selectorLabels" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
    # Nodes on which they may not run are no reason to call the others full.
    nodeTaintsPolicy: Honor
  {{- end }}
{{- end }}
{{- end }}

{{/* A probe, by HTTP unless told otherwise: (dict "path" … "port" … "timing" … "headers" … "handler" … "scheme" …). */}}
{{- define "abaque.probe" -}}
{{- if eq (default "http" .handler) "tcp" }}
tcpSocket:
  port: {{ .port }}
{{- else }}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
  {{- if eq (default "HTTP" .scheme) "HTTPS" }}
  scheme: HTTPS
  {{- end }}
  {{- with .headers }}
  httpHeaders:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- with .timing }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What an end takes: what a hook of values waits for before SIGTERM, and the drain. */}}
{{- define "abaque.ending" -}}
{{- add (int .values.drain.delaySeconds) (int .values.drain.timeoutSeconds) (dig "preStop" "sleep" "seconds" 0 (default dict .values.lifecycle) | int) }}
{{- end }}

{{/* The time between the beginning and the end of an end: what it takes, and a margin for what is no request. */}}
{{- define "abaque.gracePeriod" -}}
{{- if kindIs "invalid" .values.terminationGracePeriodSeconds }}
{{- add (include "abaque.ending" . | int) 5 }}
{{- else }}
{{- int .values.terminationGracePeriodSeconds }}
{{- end }}
{{- end }}

{{/* How a rollout goes: for the spec of a Deployment. */}}
{{- define "abaque.rollout" -}}
revisionHistoryLimit: 5
{{- with int .values.minReadySeconds }}
minReadySeconds: {{ . }}
{{- end }}
{{- with .values.strategy }}
strategy:
  {{- /* The default is merged in, and only one type takes what it says. */}}
  {{- $rolls := eq (default "RollingUpdate" .type) "RollingUpdate" }}
  {{- toYaml (ternary . (omit . "rollingUpdate") $rolls) | nindent 2 }}
{{- end }}
{{- end }}
