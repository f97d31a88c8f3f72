"""Tokenises and masks conversations in Python, a round each time a line says which way.

  offsets   Hugging Face tokenizers, encode_batch, and labels from character offsets
  fastchat  FastChat's own `preprocess` (its checkout in FASTCHAT_DIR), over transformers' fast tokenizer

Arguments: tokenizer directory, conversations (JSON lines of messages), most tokens.
"""

import json
import os
import sys
import time
import types

tokenizer_directory, conversations_path, max_tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
IGNORED = -100
SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)

with open(conversations_path, encoding="utf-8") as lines:
    conversations = [json.loads(line)["messages"] for line in lines]


def offsets_way():
    import numpy
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.path.join(tokenizer_directory, "tokenizer.json"))

    def run():
        texts, spans = [], []
        for messages in conversations:
            pieces, length, replies = [SYSTEM + " "], len(SYSTEM) + 1, []
            for message in messages:
                is_reply = message["role"] == "assistant"
                before = "ASSISTANT:" if is_reply else "USER:"
                piece = f"{before} {message['content']}{'</s>' if is_reply else ' '}"
                if is_reply:
                    replies.append((length + len(before), length + len(piece)))
                pieces.append(piece)
                length += len(piece)
            texts.append("".join(pieces))
            spans.append(replies)
        tokens = supervised = 0
        for encoding, replies in zip(tokenizer.encode_batch(texts), spans):
            ids = numpy.array(encoding.ids, dtype=numpy.int32)
            ends = numpy.array(encoding.offsets, dtype=numpy.int32)[:, 1]
            learned = numpy.zeros(len(ids), dtype=bool)
            for start, end in replies:
                learned |= (ends > start) & (ends <= end)
            labels = numpy.where(learned, ids, IGNORED)[:max_tokens]
            tokens += min(len(ids), max_tokens)
            supervised += int((labels[1:] != IGNORED).sum())
        return tokens, supervised

    return run


def fastchat_way():
    sys.path.insert(0, os.environ["FASTCHAT_DIR"])
    # The trainer imports the registry of served models, and with it every backend; only its template is needed.
    from fastchat.conversation import get_conv_template

    adapter = types.ModuleType("fastchat.model.model_adapter")
    adapter.get_conversation_template = lambda name: get_conv_template("vicuna_v1.1")
    sys.modules["fastchat.model"] = types.ModuleType("fastchat.model")
    sys.modules["fastchat.model.model_adapter"] = adapter
    from transformers import PreTrainedTokenizerFast

    from fastchat.train import train

    tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_directory, model_max_length=max_tokens)
    tokenizer.pad_token = "<unk>"
    tokenizer.legacy = True
    train.rank0_print = lambda *_: None
    names = {"user": "human", "assistant": "gpt"}
    sources = [[{"from": names[m["role"]], "value": m["content"]} for m in messages] for messages in conversations]

    def run():
        tokens = supervised = 0
        for source in sources:
            made = train.preprocess([source], tokenizer)
            tokens += int(made["attention_mask"].sum())
            supervised += int((made["labels"][:, 1:] != IGNORED).sum())
        return tokens, supervised

    return run


ways = {"offsets": offsets_way()}
if os.environ.get("FASTCHAT_DIR"):
    ways["fastchat"] = fastchat_way()
print(json.dumps({"ways": list(ways)}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    tokens, supervised = ways[line.strip()]()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "tokens": tokens, "supervised": supervised}), flush=True)
