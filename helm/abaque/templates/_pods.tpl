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

{{/* Where the pods may run and as whom; `token` mounts the account's token. */}}
{{- define "abaque.podSpec" -}}
serviceAccountName: {{ include "abaque.serviceAccountName" . }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
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

{{/* Replicas over hosts, each generation for itself where Kubernetes can; never a reason not to run. */}}
{{- define "abaque.topologySpread" -}}
{{- if kindIs "slice" .values.topologySpreadConstraints }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- else }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "abaque.selectorLabels" . | nindent 8 }}
    {{- if semverCompare ">=1.27-0" .root.Capabilities.KubeVersion.Version }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
{{- end }}
{{- end }}

{{/* An HTTP probe: (dict "path" … "port" … "timing" …). */}}
{{- define "abaque.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
{{ toYaml .timing }}
{{- end }}

{{/* The time between SIGTERM, or what is done before it, and the end: the drain, and a margin for what is no request. */}}
{{- define "abaque.gracePeriod" -}}
{{- add (int .values.drain.delaySeconds) (int .values.drain.timeoutSeconds) 5 }}
{{- end }}
