"""Sends the spans of an agent with OpenTelemetry's own SDK, with the call of a model in between; prints the inference's id."""

import json
import os
import urllib.request

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

url, key = os.environ["SLIPWAY_URL"], os.environ["SLIPWAY_KEY"]
provider = TracerProvider(resource=Resource.create({"service.name": "shop-python"}))
exporter = OTLPSpanExporter(
    endpoint=f"{url}/otlp/v1/traces", headers={"authorization": f"Bearer {key}"}, compression=Compression.Gzip
)
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("shop")

with tracer.start_as_current_span("invoke_agent", attributes={"gen_ai.operation.name": "invoke_agent"}):
    with tracer.start_as_current_span("tool", attributes={"openinference.span.kind": "TOOL", "input.value": "secret"}) as tool:
        tool.record_exception(ValueError("secret"))
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    TraceContextTextMapPropagator().inject(headers)
    body = {"model": "plain", "messages": [{"role": "user", "content": "from Python"}]}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        print(response.headers["slipway-inference-id"])
provider.shutdown()
