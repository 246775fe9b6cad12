#!/bin/sh
# @opentelemetry/sdk-trace 3.1.0 (npm), with the variables for sampling that the specification of OpenTelemetry names.
#
# One would guess that OTEL_TRACES_SAMPLER=always_off, or a ratio of 0, keeps a provider from recording. The provider of
# this package reads no variable: every span is recorded, without a word about it.
#
# An operator meets it with a service whose sampling was set by the environment: each request is traced and sent, and the bill or
# the collector is the first to tell. The program has to read the variables by itself.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/api@1.10.0 @opentelemetry/sdk-trace@3.1.0

cat >tell.mjs <<'JS'
import { TracerProvider } from '@opentelemetry/sdk-trace';

const span = new TracerProvider().getTracer('finding').startSpan('work');
console.log(process.env.OTEL_TRACES_SAMPLER, process.env.OTEL_TRACES_SAMPLER_ARG ?? '-', 'recording:', span.isRecording());
JS

cat >expected <<'TXT'
always_off - recording: true
traceidratio 0 recording: true
TXT

{
  OTEL_TRACES_SAMPLER=always_off node tell.mjs
  OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0 node tell.mjs
} >seen
diff expected seen
cat seen
