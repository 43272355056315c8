{{/*
Names. Every template of a component takes (dict "root" $ "component" "router" …).
*/}}

{{- define "abaque.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* The beginning of every name: at most 40 characters, which leaves room for the component. */}}
{{- define "abaque.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := include "abaque.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* The name of what belongs to a component. Names of Services have at most 63 characters. */}}
{{- define "abaque.componentName" -}}
{{- printf "%s-%s" (include "abaque.fullname" .root) .component }}
{{- end }}

{{- define "abaque.serviceAccountName" -}}
{{- $account := .values.serviceAccount }}
{{- if $account.name }}
{{- $account.name }}
{{- else if $account.create }}
{{- include "abaque.componentName" . }}
{{- else }}
{{- "default" }}
{{- end }}
{{- end }}

{{/* The address of a component's Service inside the cluster, without a port: in full, so that no search list is gone through. */}}
{{- define "abaque.host" -}}
{{- printf "%s.%s.svc.%s" (include "abaque.componentName" .) .root.Release.Namespace (default "cluster.local" .root.Values.clusterDomain) }}
{{- end }}

{{/* The Secret with Grafana's administrator. */}}
{{- define "abaque.grafanaSecretName" -}}
{{- default (include "abaque.componentName" (dict "root" . "component" "grafana")) .Values.grafana.admin.existingSecret }}
{{- end }}
