"""Reads a directory of event files with TensorBoard's own reader. Prints scalars and texts as JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

reader = EventAccumulator(json.loads(sys.argv[1])["directory"], size_guidance={"scalars": 0, "tensors": 0})
reader.Reload()
tags = reader.Tags()
texts = {tag: [[event.step, event.tensor_proto.string_val[0].decode()] for event in reader.Tensors(tag)] for tag in tags["tensors"]}
scalars = {tag: [[event.step, event.value] for event in reader.Scalars(tag)] for tag in tags["scalars"]}
print(json.dumps({"scalars": scalars, "texts": texts}))
