"""Adapters and peft: loads those it is given, makes one of its own for each that is asked for."""

import json
import logging
import sys
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
task = json.loads(sys.argv[1])
tokens = torch.tensor([task["tokens"]])


def base():
    return AutoModelForCausalLM.from_pretrained(task["base"], dtype=torch.float32)


def logits(model):
    model.eval()
    with torch.no_grad():
        return model(tokens, use_cache=False).logits[0].flatten().tolist()


def load(directory):
    model = PeftModel.from_pretrained(base(), directory)
    result = model.load_adapter(directory, "again")
    config = model.peft_config["default"]
    return {
        "logits": logits(model),
        "missing": [name for name in result.missing_keys if "again" in name],
        "unexpected": list(result.unexpected_keys),
        "config": {
            "r": config.r,
            "lora_alpha": config.lora_alpha,
            "lora_dropout": config.lora_dropout,
            "use_rslora": config.use_rslora,
            "target_modules": sorted(config.target_modules),
        },
    }


def make(directory, fields):
    torch.manual_seed(5)
    model = get_peft_model(base(), LoraConfig(task_type="CAUSAL_LM", **fields))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    model.save_pretrained(directory)
    return {"logits": logits(model)}


print(
    json.dumps(
        {
            "loaded": [load(directory) for directory in task["load"]],
            "made": [make(entry["directory"], entry["fields"]) for entry in task["make"]],
        }
    )
)
