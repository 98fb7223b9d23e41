{{- define "netmon.name" -}}
{{- $name := default .Release.Name .Values.nameOverride -}}
{{- if not (contains "netmon" $name) }}{{ $name = printf "%s-netmon" $name }}{{ end -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "netmon.agent" -}}
{{ include "netmon.name" . }}-agent
{{- end }}

{{- define "netmon.serviceAccount" -}}
{{ default (ternary (include "netmon.agent" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- define "netmon.selector" -}}
app.kubernetes.io/name: netmon
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: agent
{{- end }}

{{- define "netmon.labels" -}}
{{ include "netmon.selector" . }}
{{ include "netmon.chart" . }}
{{- end }}

{{- define "netmon.chart" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "netmon.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{- /* The agent's settings: those of the values, with the address that the rest of the chart refers to. */ -}}
{{- define "netmon.config" -}}
{{- $address := .Values.agent.address -}}
{{- if contains ":" $address }}{{ $address = printf "[%s]" $address }}{{ end -}}
{{- $listen := dict "listen" (printf "%s:%d" $address (int .Values.agent.port)) -}}
{{- $api := merge $listen (default dict .Values.agent.config.api) -}}
{{ merge (dict "api" $api) .Values.agent.config | toYaml }}
{{- end }}
