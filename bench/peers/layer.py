"""One decoder layer of transformers, forward and backward, a round a line on stdin: {"seconds", "processor"} each."""
import argparse
import json
import sys
import time

import torch
import transformers
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRotaryEmbedding

parser = argparse.ArgumentParser()
for name in ("tokens", "dim", "heads", "ffn", "threads"):
    parser.add_argument(f"--{name}", type=int, required=True)
sizes = parser.parse_args()
torch.set_num_threads(sizes.threads)

config = transformers.LlamaConfig(
    hidden_size=sizes.dim,
    num_attention_heads=sizes.heads,
    num_key_value_heads=sizes.heads,
    intermediate_size=sizes.ffn,
    num_hidden_layers=1,
)
config._attn_implementation = "sdpa"
layer = LlamaDecoderLayer(config, 0).train()
x = torch.randn(1, sizes.tokens, sizes.dim, requires_grad=True)
gradient = torch.randn(1, sizes.tokens, sizes.dim)
positions = torch.arange(sizes.tokens)[None]
rope = LlamaRotaryEmbedding(config)(x, positions)
print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__}), flush=True)

for _ in sys.stdin:
    x.grad = None
    layer.zero_grad(set_to_none=True)
    start, used = time.perf_counter(), time.process_time()
    output = layer(x, position_embeddings=rope, position_ids=positions)
    (output if isinstance(output, torch.Tensor) else output[0]).backward(gradient)
    print(json.dumps({"seconds": time.perf_counter() - start, "processor": time.process_time() - used}), flush=True)
