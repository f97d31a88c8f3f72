"""Lets llama.cpp's own library store a GGUF file in other types: quantize_gguf.py '{"library", "source", "targets": {path: type}}'.

Types are llama.cpp's file types: 2 is Q4_0, 3 Q4_1, 15 Q4_K_M, 18 Q6_K.
"""
import ctypes, json, sys

given = json.loads(sys.argv[1])
library = ctypes.CDLL(given["library"])


class Parameters(ctypes.Structure):
    """llama_model_quantize_params: its first fields, with more room behind them than any release has taken."""

    _fields_ = [("threads", ctypes.c_int32), ("file_type", ctypes.c_int32), ("rest", ctypes.c_uint8 * 248)]


library.llama_model_quantize_default_params.restype = Parameters
library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
library.llama_backend_init()
codes = {}
for target, file_type in given["targets"].items():
    parameters = library.llama_model_quantize_default_params()
    parameters.threads, parameters.file_type = 1, file_type
    codes[target] = library.llama_model_quantize(given["source"].encode(), target.encode(), ctypes.byref(parameters))
print(json.dumps(codes))
