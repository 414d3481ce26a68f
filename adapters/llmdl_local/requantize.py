"""Re-encode a GGUF file to Q8_0: somewhat larger, nearly the same numbers, much faster prompts on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.quants import dequantize, quantize

BLOCK = 32  # Q8_0 stores rows in blocks of 32 weights with one scale each
REWRITTEN = ("general.architecture", "general.file_type", "general.quantization_version")


def to_q8_0(source: Path, target: Path) -> None:
    """Write the model in `source` to `target` with every quantised tensor as Q8_0."""
    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    _copy_metadata(reader, writer)
    for tensor in reader.tensors:
        _add(writer, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _copy_metadata(reader: GGUFReader, writer: GGUFWriter) -> None:
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in REWRITTEN:
            inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=inner)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)


def _add(writer: GGUFWriter, tensor: Any) -> None:
    if tensor.tensor_type == GGMLQuantizationType.F32:
        writer.add_tensor(tensor.name, tensor.data)
        return
    weights = dequantize(tensor.data, tensor.tensor_type)
    if weights.shape[-1] % BLOCK:
        writer.add_tensor(tensor.name, weights.astype(np.float32))
        return
    packed = quantize(weights, GGMLQuantizationType.Q8_0)
    writer.add_tensor(tensor.name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
