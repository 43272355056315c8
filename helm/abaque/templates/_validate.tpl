{{/*
Values that contradict each other, each told in a sentence; values.schema.json has refused what is wrong by itself.
*/}}

{{- define "abaque.validate" -}}
{{- $mistakes := list }}
{{- $router := .Values.router }}

{{- range $key := list "listen" "admin" "subgraphs" "keep" }}
{{- if hasKey $router.config $key }}
{{- $mistakes = append $mistakes (printf "router.config.%s is set by the chart: leave it out, and say it by `%s`." $key (get (dict "listen" "bindAddress" "admin" "bindAddress" "subgraphs" "subgraphs" "keep" "router.keep") $key)) }}
{{- end }}
{{- end }}
{{- if contains "${" (include "abaque.router.path" .) }}
{{- $mistakes = append $mistakes "router.config.path: the checks, the notes and the dashboards have to know it: write the path itself, without a variable." }}
{{- end }}
{{- range $key, $value := dict "drain" "timeoutSeconds" "drain_delay" "delaySeconds" }}
{{- if hasKey (default dict $router.config.timeouts) $key }}
{{- $mistakes = append $mistakes (printf "router.config.timeouts.%s is set by the chart, which ties the pod's grace to it: say it by `router.drain.%s`." $key $value) }}
{{- end }}
{{- end }}

{{- $enabled := 0 }}
{{- $components := dict }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if and (ne $subgraph.inGraph false) (not $subgraph.discovered) }}
{{- $enabled = add1 $enabled }}
{{- end }}
{{- $at := printf "subgraphs.%s" $name }}
{{- if and $subgraph.url $subgraph.image.repository }}
{{- $mistakes = append $mistakes (printf "%s has both a `url`, where it runs already, and an `image` to run here: give one of them." $at) }}
{{- else if not (or $subgraph.url $subgraph.image.repository $subgraph.discovered) }}
{{- $mistakes = append $mistakes (printf "%s has neither an `image.repository` to run here nor a `url` where it runs: give one of them. Without both it may only be where the router looks for subgraphs by itself (`router.config.discovery.kubernetes`), and says how one of that name is treated." $at) }}
{{- end }}
{{- /* Under whatever registry and folder a mirror has them. */}}
{{- $image := $subgraph.image }}
{{- if and $image.repository (not $image.tag) (not $image.digest) (not (has (base $image.repository) (list "router" "calculatrice" "statistiques"))) }}
{{- $mistakes = append $mistakes (printf "%s.image has neither a `tag` nor a `digest`: the chart's version, %s, is no tag of %s." $at $.Chart.AppVersion $image.repository) }}
{{- end }}
{{- $component := $subgraph.component }}
{{- with get $components $component }}
{{- $mistakes = append $mistakes (printf "%s and subgraphs.%s are both the component %s: change one of the names." $at . $component) }}
{{- end }}
{{- $_ := set $components $component $name }}
{{- if and $subgraph.sdl $subgraph.sdlFrom }}
{{- $mistakes = append $mistakes (printf "%s has both `sdl` and `sdlFrom`: give one of them." $at) }}
{{- end }}
{{- if and $subgraph.sdlFrom (not (and $subgraph.sdlFrom.configMap $subgraph.sdlFrom.key)) }}
{{- $mistakes = append $mistakes (printf "%s.sdlFrom needs `configMap` and `key`." $at) }}
{{- end }}
{{- if and $subgraph.podPort (not $subgraph.url) }}
{{- $mistakes = append $mistakes (printf "%s.podPort says which port the pods behind a `url` have; what runs here has `port`." $at) }}
{{- end }}
{{- $mistakes = concat $mistakes (include "abaque.validate.grace" (dict "at" $at "values" $subgraph) | fromYamlArray) }}
{{- if has $component (list "router" "router-admin" "router-siblings" "prometheus" "prometheus-rules" "grafana" "rules" "dashboards" "test") }}
{{- $mistakes = append $mistakes (printf "%s: the name is that of another component of the chart: choose another." $at) }}
{{- end }}
{{- if and (not $subgraph.url) $subgraph.adminPort (eq (int $subgraph.port) (int $subgraph.adminPort)) }}
{{- $mistakes = append $mistakes (printf "%s: `port` and `adminPort` are both %d: choose two, or set `adminPort` to null where probes and metrics are on `port`." $at (int $subgraph.port)) }}
{{- end }}
{{- if $subgraph.lost }}
{{- $mistakes = append $mistakes (printf "%s.adminPort %d is the port of the Service at which the previous routers still ask it: choose another for now, and this one by a later upgrade." $at (int $subgraph.lost)) }}
{{- end }}
{{- if and $subgraph.settingsPrefix (not $subgraph.adminPort) }}
{{- $mistakes = append $mistakes (printf "%s: a service with `settingsPrefix` has probes and metrics on a port of their own: give `adminPort`." $at) }}
{{- end }}
{{- if hasKey $subgraph.routerSettings "url" }}
{{- $mistakes = append $mistakes (printf "%s.routerSettings.url is set by the chart: say it by `%s.url`." $at $at) }}
{{- end }}
{{- if hasKey $subgraph.routerSettings "sdl" }}
{{- $mistakes = append $mistakes (printf "%s.routerSettings.sdl is set by the chart: say it by `%s.sdl`." $at $at) }}
{{- end }}
{{- $mistakes = concat $mistakes (include "abaque.validate.replicas" (dict "at" $at "values" $subgraph) | fromYamlArray) }}
{{- end }}
{{- if not (or $enabled $router.config.supergraph $router.existingConfigMap (include "abaque.router.discovers" .)) }}
{{- $mistakes = append $mistakes "There is nothing to serve: enable an entry of `subgraphs`, name a file in `router.config.supergraph`, or let the router look for them by `router.config.discovery.kubernetes`." }}
{{- end }}
{{- $mistakes = concat $mistakes (include "abaque.validate.replicas" (dict "at" "router" "values" $router) | fromYamlArray) }}

{{- $mistakes = concat $mistakes (include "abaque.validate.grace" (dict "at" "router" "values" $router) | fromYamlArray) }}
{{- $mistakes = concat $mistakes (include "abaque.validate.existing" . | fromYamlArray) }}
{{- if and $router.existingConfigMap (eq $router.reload "watch") }}
{{- $mistakes = append $mistakes "router.reload is of the configuration that the chart writes: put `watch: true` into the `router.yaml` of `router.existingConfigMap` instead." }}
{{- end }}
{{- if and ($router.tls).clientCaSecretName (not ($router.tls).secretName) }}
{{- $mistakes = append $mistakes "router.tls.clientCaSecretName: clients cannot show a certificate without TLS: give `router.tls.secretName` too." }}
{{- end }}
{{- range $kind := list "ingress" "httpRoute" }}
{{- $route := get $router $kind }}
{{- if and $route.enabled (not (include "abaque.router.rewritten" $route)) (include "abaque.router.astray" (dict "root" $ "route" $route)) }}
{{- $by := eq $kind "ingress" | ternary "annotations" "filters" }}
{{- $other := eq $kind "ingress" | ternary "ImplementationSpecific" "RegularExpression" }}
{{- $mistakes = append $mistakes (printf "router.%s.path %s does not lead to the router, which answers at %s: set `router.config.path` to a path below it, or have it rewritten by `router.%s.%s`. What is given there does not look as if it did: if it does, say so by `router.%s.pathType: %s`." $kind $route.path (include "abaque.router.path" $) $kind $by $kind $other) }}
{{- end }}
{{- end }}
{{- if and $router.ingress.enabled (not $router.ingress.hosts) }}
{{- $mistakes = append $mistakes "router.ingress.enabled needs at least one name in `router.ingress.hosts`." }}
{{- end }}
{{- if and $router.httpRoute.enabled (not $router.httpRoute.parentRefs) }}
{{- $mistakes = append $mistakes "router.httpRoute.enabled needs a gateway in `router.httpRoute.parentRefs`." }}
{{- end }}
{{- range $component := list "router" "prometheus" "grafana" }}
{{- $service := (get $.Values $component).service }}
{{- if and $service.nodePort (eq $service.type "ClusterIP") }}
{{- $mistakes = append $mistakes (printf "%s.service.nodePort is given and `%s.service.type` is ClusterIP, which has none: choose NodePort, or leave the port out." $component $component) }}
{{- end }}
{{- end }}

{{- range $address := .Values.prometheus.alertmanagers }}
{{- if not (regexMatch "^(https?://)?(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)[.]?(:[0-9]{1,5})?(/[-._~%A-Za-z0-9/]*)?$" $address) }}
{{- $mistakes = append $mistakes (printf "prometheus.alertmanagers: %q is neither host and port, such as alertmanager.monitoring.svc:9093, nor a URL by http or https without credentials." $address) }}
{{- end }}
{{- end }}
{{- $mistakes = concat $mistakes (include "abaque.validate.urls" . | fromYamlArray) }}
{{- $mistakes = concat $mistakes (include "abaque.validate.families" . | fromYamlArray) }}
{{- $grafana := .Values.grafana }}
{{- if $grafana.enabled }}
{{- if not (or .Values.prometheus.enabled $grafana.datasourceUrl) }}
{{- $mistakes = append $mistakes "grafana.enabled without prometheus.enabled needs the address of another Prometheus in `grafana.datasourceUrl`." }}
{{- end }}
{{- if and $grafana.admin.password $grafana.admin.existingSecret }}
{{- $mistakes = append $mistakes "grafana.admin has both a `password` and an `existingSecret`: give one of them." }}
{{- end }}
{{- end }}
{{- range $component := list "prometheus" "grafana" }}
{{- $persistence := (get $.Values $component).persistence }}
{{- if and $persistence.existingClaim (not $persistence.enabled) }}
{{- $mistakes = append $mistakes (printf "%s.persistence.existingClaim is given and `%s.persistence.enabled` is false: enable it, or leave the claim out." $component $component) }}
{{- end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) }}
{{- $mistakes = append $mistakes "serviceMonitor.enabled with networkPolicy.enabled needs the cluster's Prometheus in `networkPolicy.metricsFrom`: it could not reach the admin ports." }}
{{- end }}

{{- $mistakes = concat $mistakes (include "abaque.validate.labels" . | fromYamlArray) }}

{{- with $mistakes }}
{{- fail (printf "\n\nThese values cannot be:\n- %s\n" (join "\n- " .)) }}
{{- end }}
{{- end }}

{{/* Mistakes about how many replicas there are, as a YAML list: (dict "at" … "values" …). */}}
{{- define "abaque.validate.replicas" -}}
{{- $mistakes := list }}
{{- $scaling := .values.autoscaling }}
{{- $least := int .values.replicas }}
{{- if $scaling.enabled }}
{{- $least = int $scaling.minReplicas }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- $mistakes = append $mistakes (printf "%s.autoscaling: `minReplicas` %d is more than `maxReplicas` %d." .at (int $scaling.minReplicas) (int $scaling.maxReplicas)) }}
{{- end }}
{{- if not (or $scaling.targetCPUUtilizationPercentage $scaling.targetMemoryUtilizationPercentage $scaling.metrics) }}
{{- $mistakes = append $mistakes (printf "%s.autoscaling.enabled needs a target for CPU or for memory, or `metrics`." .at) }}
{{- end }}
{{- end }}
{{- $budget := .values.podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $min := not (kindIs "invalid" $budget.minAvailable) }}
{{- $max := not (kindIs "invalid" $budget.maxUnavailable) }}
{{- if and $min $max }}
{{- $mistakes = append $mistakes (printf "%s.podDisruptionBudget has both `minAvailable` and `maxUnavailable`: set one of them to null." .at) }}
{{- else if not (or $min $max) }}
{{- $mistakes = append $mistakes (printf "%s.podDisruptionBudget.enabled needs `minAvailable` or `maxUnavailable`." .at) }}
{{- end }}
{{- /* Shares are rounded up to pods, as Kubernetes does it. */}}
{{- if and $min (ge (include "abaque.validate.pods" (dict "of" $least "number" $budget.minAvailable) | int) $least) }}
{{- $mistakes = append $mistakes (printf "%s.podDisruptionBudget.minAvailable %v with %d replicas would never let a node be drained: lower it, or run more." .at $budget.minAvailable $least) }}
{{- end }}
{{- if and $max (eq (include "abaque.validate.pods" (dict "of" $least "number" $budget.maxUnavailable) | int) 0) }}
{{- $mistakes = append $mistakes (printf "%s.podDisruptionBudget.maxUnavailable %v would never let a node be drained: raise it." .at $budget.maxUnavailable) }}
{{- end }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}

{{/* What values say of a configuration that is not the chart's, and what a look at it tells, as a YAML list of mistakes. */}}
{{- define "abaque.validate.existing" -}}
{{- $mistakes := list }}
{{- with .Values.router.existingConfigMap }}
{{- range $key, $_ := omit $.Values.router.config "path" "discovery" }}
{{- $mistakes = append $mistakes (printf "router.config.%s is not read where `router.existingConfigMap` has the configuration: say it there. Here are only `path` and `discovery`, which the chart has to know." $key) }}
{{- end }}
{{- /* What values.yaml itself says of the services of the project is no mistake. */}}
{{- $usual := dict "calculatrice" (dict "includeErrors" true) "statistiques" (dict "includeErrors" true "routerSettings" (dict "subscriptions" (dict "share" false))) }}
{{- range $name, $subgraph := $.Values.prepared.subgraphs }}
{{- range $key := list "sdl" "routerSettings" "includeErrors" }}
{{- $said := get $subgraph $key }}
{{- if and $said (not (deepEqual $said (dig $name $key "" $usual))) }}
{{- $mistakes = append $mistakes (printf "subgraphs.%s.%s is not read where `router.existingConfigMap` has the configuration: say it there. A schema may be mounted beside it by `sdlFrom`, as %s.graphql." $name $key $name) }}
{{- end }}
{{- end }}
{{- if eq $subgraph.inGraph false }}
{{- $mistakes = append $mistakes (printf "subgraphs.%s.inGraph: which subgraphs are in the graph is said where `router.existingConfigMap` has the configuration: take it out there, and leave this out." $name) }}
{{- end }}
{{- end }}
{{- $there := dig "data" "router.yaml" "" (lookup "v1" "ConfigMap" $.Release.Namespace .) | fromYaml }}
{{- if and $there (not (hasKey $there "Error")) }}
{{- $path := default "/graphql" $there.path | toString }}
{{- if and (ne $path (include "abaque.router.path" $)) (not (contains "${" $path)) }}
{{- $mistakes = append $mistakes (printf "router.yaml of %s answers at %s, and `router.config.path` says %s: say the same in both." . $path (include "abaque.router.path" $)) }}
{{- end }}
{{- if and (hasKey (default dict $there.discovery) "kubernetes") (not (include "abaque.router.discovers" $)) }}
{{- $mistakes = append $mistakes (printf "router.yaml of %s looks for subgraphs (`discovery.kubernetes`): say so in `router.config.discovery` too, so that the router may ask the API server." .) }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}

{{/* Texts that are to be URLs and are none, as a YAML list of mistakes. What variables tell is not known. */}}
{{- define "abaque.validate.urls" -}}
{{- $given := dict "telemetry.endpoint" .Values.telemetry.endpoint "grafana.datasourceUrl" .Values.grafana.datasourceUrl }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if not (hasPrefix "http+unix://" (default "" $subgraph.url)) }}
{{- $_ := set $given (printf "subgraphs.%s.url" $name) $subgraph.url }}
{{- end }}
{{- end }}
{{- range $index, $remote := .Values.prometheus.remoteWrite }}
{{- $_ := set $given (printf "prometheus.remoteWrite[%d].url" $index) $remote.url }}
{{- end }}
{{- $mistakes := list }}
{{- range $at, $url := $given }}
{{- if and $url (not (contains "${" $url)) (not (regexMatch "^https?://([^/?#@]*@)?(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)[.]?(:[0-9]{1,5})?([/?#]\\S*)?$" $url)) }}
{{- $mistakes = append $mistakes (printf "%s: %q is no URL by http or https, such as http://name.namespace.svc:4000/graphql." $at $url) }}
{{- end }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}

{{/*
Services that have addresses of IPv6 before programs that listen by IPv4 only, as a YAML list of mistakes: Kubernetes makes endpoints of both families,
whatever a program listens on. Programs that take no settings of the chart listen as they please.
*/}}
{{- define "abaque.validate.families" -}}
{{- $mistakes := list }}
{{- if regexMatch "^[0-9.]+$" .Values.bindAddress }}
{{- $given := dict "router" .Values.router.service }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if and $subgraph.settingsPrefix (not $subgraph.url) }}
{{- $_ := set $given (printf "subgraphs.%s" $name) (default dict $subgraph.service) }}
{{- end }}
{{- end }}
{{- range $at, $service := $given }}
{{- if or (hasSuffix "DualStack" (default "" $service.ipFamilyPolicy)) (has "IPv6" (default list $service.ipFamilies)) }}
{{- $mistakes = append $mistakes (printf "%s.service has addresses of IPv6 by `ipFamilyPolicy` or `ipFamilies`, at which nobody would answer: the programs listen on %s. Set `bindAddress` to \"[::]\", which takes both families." $at $.Values.bindAddress) }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}

{{/* Labels by which the chart, or Helm, finds what is its own, as a YAML list of mistakes. */}}
{{- define "abaque.validate.labels" -}}
{{- $given := dict "commonLabels" .Values.commonLabels }}
{{- range $at := list "router" "prometheus" "grafana" "tests" }}
{{- $_ := set $given (printf "%s.podLabels" $at) (get $.Values $at).podLabels }}
{{- $_ := set $given (printf "%s.service.labels" $at) (default dict (get $.Values $at).service).labels }}
{{- end }}
{{- $_ := set $given "router.ingress.labels" .Values.router.ingress.labels }}
{{- $_ := set $given "router.httpRoute.labels" .Values.router.httpRoute.labels }}
{{- range $at := list "serviceMonitor" "prometheusRule" "dashboards" }}
{{- $_ := set $given (printf "%s.labels" $at) (get $.Values $at).labels }}
{{- end }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- $_ := set $given (printf "subgraphs.%s.podLabels" $name) $subgraph.podLabels }}
{{- $_ := set $given (printf "subgraphs.%s.service.labels" $name) (default dict $subgraph.service).labels }}
{{- end }}
{{- $mistakes := list }}
{{- range $at, $labels := $given }}
{{- range $key := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/managed-by" }}
{{- if hasKey (default dict $labels) $key }}
{{- $mistakes = append $mistakes (printf "%s: the label %s is the chart's own, by which it or Helm finds what belongs to it: choose another." $at $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}

{{/* How many pods a number or a share of them is: (dict "of" … "number" …). */}}
{{- define "abaque.validate.pods" -}}
{{- $number := toString .number }}
{{- if hasSuffix "%" $number }}
{{- div (add (mul (trimSuffix "%" $number | int) .of) 99) 100 }}
{{- else }}
{{- int $number }}
{{- end }}
{{- end }}

{{/* A grace that cuts the drain off, as a YAML list: (dict "at" … "values" …). */}}
{{- define "abaque.validate.grace" -}}
{{- $mistakes := list }}
{{- $drain := include "abaque.ending" . | int }}
{{- if and (not (kindIs "invalid" .values.terminationGracePeriodSeconds)) (lt (int .values.terminationGracePeriodSeconds) (int $drain)) }}
{{- $mistakes = append $mistakes (printf "%s.terminationGracePeriodSeconds %d is less than the drain takes, %d: raise it, or lower `%s.drain`." .at (int .values.terminationGracePeriodSeconds) (int $drain) .at) }}
{{- end }}
{{- toYaml $mistakes }}
{{- end }}
