"""Writes a LLaMA of a Hugging Face directory as GGUF, for llama.cpp: to_gguf.py DIRECTORY OUTPUT F32|F16|BF16|Q8_0

Only numbers are to be computed with it: the vocabulary is made up.
"""
import json, sys
from pathlib import Path

import gguf
from safetensors import safe_open

directory, output, form = Path(sys.argv[1]), sys.argv[2], gguf.GGMLQuantizationType[sys.argv[3]]
config = json.loads((directory / "config.json").read_text())
heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
head_size = config.get("head_dim") or config["hidden_size"] // heads

writer = gguf.GGUFWriter(output, "llama")
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(config["hidden_size"])
writer.add_block_count(config["num_hidden_layers"])
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(heads)
writer.add_head_count_kv(key_heads)
writer.add_key_length(head_size)
writer.add_value_length(head_size)
writer.add_rope_dimension_count(head_size)
writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_vocab_size(config["vocab_size"])
kinds = gguf.TokenType
writer.add_tokenizer_model("llama")
special, count = ["<unk>", "<s>", "</s>"], config["vocab_size"]
# llama.cpp does not load a vocabulary without all bytes.
tokens = special + [f"<0x{byte:02X}>" for byte in range(256)] + [f"<{token}>" for token in range(259, count)]
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * count)
writer.add_token_types([kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL] + [kinds.BYTE] * 256 + [kinds.NORMAL] * (count - 259))
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)


def interleaved(matrix, count):
    """llama.cpp turns neighbouring elements of a head, transformers the two halves."""
    return matrix.reshape(count, 2, head_size // 2, -1).swapaxes(1, 2).reshape(matrix.shape)


names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
for file in sorted(directory.glob("*.safetensors")):
    with safe_open(file, "numpy") as tensors:
        for name in tensors.keys():
            values = tensors.get_tensor(name)
            if "q_proj" in name:
                values = interleaved(values, heads)
            if "k_proj" in name:
                values = interleaved(values, key_heads)
            stored = gguf.GGMLQuantizationType.F32 if values.ndim == 1 else form
            target = names.get_name(name, try_suffixes=(".weight",))
            writer.add_tensor(target, gguf.quants.quantize(values, stored), raw_dtype=stored)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
