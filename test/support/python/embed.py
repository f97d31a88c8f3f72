"""Embeds token sequences with transformers: mean-pooled final hidden states, scaled to length 1.

Argument: JSON {"directory", "sequences"}. Output: JSON list of lists.
"""

import json
import sys

import torch
import transformers

torch.set_num_threads(1)
transformers.utils.logging.disable_progress_bar()
given = json.loads(sys.argv[1])
model = transformers.AutoModel.from_pretrained(given["directory"], dtype=torch.float32, attn_implementation="eager")
embeddings = []
with torch.inference_mode():
    for sequence in given["sequences"]:
        hidden = model(torch.tensor([sequence]), use_cache=False).last_hidden_state[0]
        embeddings.append(torch.nn.functional.normalize(hidden.mean(0), dim=0).tolist())
json.dump(embeddings, sys.stdout)
