"""FastChat's way from saved pages to token ids: its cleaner, its splitter and its trainer's preprocessing, one after another.

    python prepare_fastchat.py FASTCHAT_CHECKOUT TOKENIZER_DIRECTORY PAGES.json MOST_TOKENS

A round for every line on standard input. Each step reads its input from a file and writes its result to one, as the
scripts do; the first two share the work among all cores, the third has one process, as a rank of the trainer has. What
they need is imported before the clock runs. Its tokenizers are asked for as `use_fast=False`; this one is the fast one.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import types
import warnings

checkout, tokenizer_directory, pages, max_tokens = sys.argv[1:]
sys.path.insert(0, checkout)
warnings.simplefilter("ignore")
try:
    import torch
    from fastchat.conversation import get_conv_template
    from fastchat.data import clean_sharegpt, split_long_conversation
    from transformers import PreTrainedTokenizerFast
except ImportError as error:
    print(json.dumps({"missing": str(error)}), flush=True)
    sys.exit()

# The trainer imports the registry of served models, and with it every backend; only its template is needed.
adapter = types.ModuleType("fastchat.model.model_adapter")
adapter.get_conversation_template = lambda name: get_conv_template("vicuna_v1.1")
sys.modules["fastchat.model"] = types.ModuleType("fastchat.model")
sys.modules["fastchat.model.model_adapter"] = adapter
from fastchat.train import train  # noqa: E402

train.rank0_print = lambda *_: None
tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_directory, model_max_length=int(max_tokens))
tokenizer.pad_token = "<unk>"
tokenizer.legacy = True


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)


def clean(source, target):
    content = clean_sharegpt.clean_html_all(read(source), None, None)
    write(target, content)
    return len(content)


def split(source, target):
    content = split_long_conversation.split_all(read(source), None, None, tokenizer, int(max_tokens))
    content = split_long_conversation.filter_invalid_roles(content)
    write(target, content)
    return len(content)


def preprocess(source, target):
    tokens = 0
    made = []
    for record in read(source):
        one = train.preprocess([record["conversations"]], tokenizer)
        tokens += int(one["attention_mask"].sum())
        made.append(one)
    torch.save(made, target)
    return tokens


print(json.dumps({"ready": True}), flush=True)
for _ in sys.stdin:
    with tempfile.TemporaryDirectory() as folder:
        files = [pages, *(os.path.join(folder, name) for name in ("clean.json", "split.json", "tokens.pt"))]
        seconds, counts = [], []
        for step, source, target in zip((clean, split, preprocess), files, files[1:]):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                started = time.perf_counter()
                counts.append(step(source, target))
                seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": seconds, "kept": counts[0], "segments": counts[1], "tokens": counts[2]}), flush=True)
