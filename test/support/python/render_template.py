"""Renders a chat template as transformers does: render_template.py '{"template", "bos_token", "conversations"}'."""
import json, sys

from jinja2.sandbox import ImmutableSandboxedEnvironment

given = json.loads(sys.argv[1])
environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
template = environment.from_string(given["template"])
texts = [
    template.render(messages=messages, bos_token=given["bos_token"], add_generation_prompt=messages[-1]["role"] == "user")
    for messages in given["conversations"]
]
print(json.dumps(texts))
