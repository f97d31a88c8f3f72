"""What transformers makes of the chat templates in test/fixtures/chat-templates: prints goldens.json.

python test/support/python/chat_templates.py test/fixtures/chat-templates > test/fixtures/chat-templates/goldens.json

In the files `[[` and `]]` stand around what the assistant writes. transformers masks by `{% generation %}` blocks, which
these become for it; the templates under test are the texts without them.
"""
import json
import pathlib
import sys

from transformers import PreTrainedTokenizerFast

directory = pathlib.Path(sys.argv[1])
conversations = json.loads((directory / "conversations.json").read_text())
tokenizer = PreTrainedTokenizerFast(
    tokenizer_file=str(directory / "tokenizer.json"), bos_token="<s>", eos_token="</s>"
)


# A template that writes the day is given one: goldens do not age.
day = {"date": "1 Jan 2000"}


def render(template, messages, prompt):
    try:
        return {"text": tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=prompt, **day)}
    except Exception as error:
        return {"error": str(error)}


goldens = {}
for path in sorted(directory.glob("*.jinja")):
    source = path.read_text()
    plain = source.replace("[[", "").replace("]]", "")
    blocks = source.replace("[[", "{% generation %}").replace("]]", "{% endgeneration %}")
    results = {}
    for name, messages in conversations.items():
        prompt = messages[-1]["role"] == "user"
        golden = render(plain, messages, prompt)
        if "text" in golden and not prompt and render(blocks, messages, prompt) == golden:
            encoded = tokenizer.apply_chat_template(
                messages, chat_template=blocks, tokenize=True, return_dict=True, return_assistant_tokens_mask=True, **day
            )
            golden["ids"] = list(encoded["input_ids"])
            golden["mask"] = "".join(map(str, encoded["assistant_masks"]))
        results[name] = golden
    goldens[path.stem] = results
print(json.dumps(goldens, ensure_ascii=False, indent=1))
