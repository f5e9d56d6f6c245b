/**
 * The Jinja template that turns OpenAI messages into the model's one-turn form. The model answers the last user message
 * alone: other turns and system messages are accepted and left out, so that a long conversation never overflows the context.
 */
export const chatTemplate = `{%- set found = namespace(text='') -%}
{%- for message in messages -%}
{%- if message['role'] == 'user' -%}
{%- if message['content'] is string -%}
{%- set found.text = message['content'] -%}
{%- else -%}
{%- set found.text = '' -%}
{%- for part in message['content'] -%}
{%- if part['type'] == 'text' -%}
{%- set found.text = found.text + part['text'] -%}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- endif -%}
{%- endfor -%}
{{- '<|input|>' + (found.text | trim) -}}
{%- if add_generation_prompt -%}
{{- '<|output|>' -}}
{%- endif -%}`
