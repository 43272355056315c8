{{/*
What Grafana finds in place: a data source, the dashboards, and settings for a network without internet.
*/}}

{{/* Variables of Grafana: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ */}}
{{- define "abaque.grafana.settings" -}}
GF_ANALYTICS_REPORTING_ENABLED: "false"
GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false"
GF_PLUGINS_PREINSTALL_DISABLED: "true"
GF_PLUGINS_PLUGIN_ADMIN_ENABLED: "false"
GF_NEWS_NEWS_FEED_ENABLED: "false"
GF_SECURITY_DISABLE_GRAVATAR: "true"
GF_USERS_ALLOW_SIGN_UP: "false"
GF_LOG_MODE: console
GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: /etc/abaque/dashboards/overview.json
{{- end }}

{{- define "abaque.grafana.provisioning" -}}
datasource.yaml: |
  apiVersion: 1
  datasources:
    - name: Prometheus
      uid: prometheus
      type: prometheus
      access: proxy
      url: {{ default (printf "http://%s:%d" (include "abaque.host" (dict "root" . "component" "prometheus")) (int .Values.prometheus.service.port)) .Values.grafana.datasourceUrl }}
      isDefault: true
      editable: false
      jsonData:
        httpMethod: POST
        timeInterval: {{ .Values.prometheus.scrapeInterval }}
dashboards.yaml: |
  apiVersion: 1
  providers:
    - name: abaque
      folder: Abaque
      type: file
      allowUiUpdates: false
      options: { path: /etc/abaque/dashboards }
{{- end }}

{{- define "abaque.grafana.dashboards" -}}
{{- range $path, $_ := .Files.Glob "files/dashboards/*.json" }}
{{ base $path }}: |
  {{- include "abaque.routed" (dict "root" $ "path" $path) | nindent 2 }}
{{- end }}
{{- end }}
