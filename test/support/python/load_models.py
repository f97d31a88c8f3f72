"""Loads model directories with transformers and prints, for each, what it computes and what it had to say.

Argument: JSON list of {"directory", "tokens", "text"}. Output: JSON list of {"logits", "missing", "unexpected",
"warnings", "tied", "dtype", "eos", "ids", "text", "vicuna"}.
"""

import json
import logging
import sys
import tempfile
import warnings

import torch
import transformers

torch.set_num_threads(1)
said = []


class Collect(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())


transformers.utils.logging.disable_default_handler()
transformers.utils.logging.add_handler(Collect(level=logging.WARNING))
transformers.utils.logging.disable_progress_bar()
warnings.showwarning = lambda message, *_: said.append(str(message))


def describe(directory, tokens, text):
    said.clear()
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    stored = transformers.AutoConfig.from_pretrained(directory)
    ids = torch.tensor([tokens])
    with torch.inference_mode():
        logits = model(ids, use_cache=False).logits[0]
    result = {
        "logits": logits.flatten().tolist(),
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "tied": model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr(),
        "dtype": str(stored.dtype),
        "eos": model.generation_config.eos_token_id,
        "warnings": list(said),
    }
    with tempfile.TemporaryDirectory() as again:
        model.save_pretrained(again)
        with open(f"{again}/config.json", encoding="utf-8") as file:
            result["vicuna"] = json.load(file).get("vicuna")
    if text is not None:
        tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
        result["ids"] = tokenizer(text)["input_ids"]
        result["text"] = tokenizer.decode(result["ids"], skip_special_tokens=True)
    return result


json.dump([describe(**model) for model in json.loads(sys.argv[1])], sys.stdout)
