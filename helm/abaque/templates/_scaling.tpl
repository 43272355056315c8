{{/*
How many replicas there are, by whom that is decided, and how many may be missing: (dict "root" $ "component" … "values" …).
*/}}

{{/*
How many replicas a Deployment says it has. Where an autoscaler decides, it says nothing: then neither an upgrade nor a rollback changes what the autoscaler
has set, and a tool that compares the cluster with the manifest finds no difference. But what a Deployment has said once it must go on saying: where it says no more,
Helm takes the number away, and Kubernetes makes it one. So a release that scaled by itself before goes on with as many as run. What a manifest without a
number is known by is an annotation. Without a cluster (`helm template`) nothing is known of before.
*/}}
{{- define "abaque.replicas" -}}
{{- if not .values.autoscaling.enabled }}
replicas: {{ .values.replicas }}
{{- else if include "abaque.replicas.said" . }}
{{- $running := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "abaque.componentName" .) }}
replicas: {{ max (int .values.autoscaling.minReplicas) (int (dig "spec" "replicas" 0 $running)) }}
{{- end }}
{{- end }}

{{/* "yes" where the manifest of before had a number of replicas. */}}
{{- define "abaque.replicas.said" -}}
{{- $running := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "abaque.componentName" .) }}
{{- if and $running (ne (dig "metadata" "annotations" "abaque.dev/replicas" "" $running) "autoscaler") }}yes{{ end }}
{{- end }}

{{/* The annotation of a Deployment that says nothing of its replicas. */}}
{{- define "abaque.replicas.annotation" -}}
{{- if and .values.autoscaling.enabled (not (include "abaque.replicas.said" .)) }}
abaque.dev/replicas: autoscaler
{{- end }}
{{- end }}

{{/* "yes" where there is a cluster to look things up in. Helm lists Deployments while it waits for them; where its releases are it need not see Secrets. */}}
{{- define "abaque.cluster" -}}
{{- if hasKey (lookup "apps/v1" "Deployment" .Release.Namespace "") "items" }}yes{{ end }}
{{- end }}

{{- define "abaque.horizontalPodAutoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "abaque.componentName" . }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    {{- with .values.autoscaling.targetCPUUtilizationPercentage }}
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ . }} }
    {{- end }}
    {{- with .values.autoscaling.targetMemoryUtilizationPercentage }}
    - type: Resource
      resource:
        name: memory
        target: { type: Utilization, averageUtilization: {{ . }} }
    {{- end }}
    {{- with .values.autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.autoscaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* One autoscaler adds pods when CPU is short, and the other must not raise what a share of it means. */}}
{{- define "abaque.verticalPodAutoscaler" -}}
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  targetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "abaque.componentName" . }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | quote }}
  resourcePolicy:
    containerPolicies:
      - containerName: {{ .component | quote }}
        controlledResources: {{ if and .values.autoscaling.enabled .values.autoscaling.targetCPUUtilizationPercentage }}[memory]{{ else }}[cpu, memory]{{ end }}
{{- end }}

{{- define "abaque.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" .values.podDisruptionBudget.minAvailable) }}
  minAvailable: {{ .values.podDisruptionBudget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  {{- end }}
  # A pod that is not ready may always go: it serves nobody.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "abaque.selectorLabels" . | nindent 6 }}
{{- end }}
