"""Write a GGUF of a small Llama, for `server.mjs`: `gguf_of.py FOLDER OUT`, or `gguf_of.py OUT` for one made by chance.

FOLDER holds config.json and tokenizer.json (byte-level BPE) as Hugging Face writes them, and its weights as *.npz:
float arrays, or `name|q` (int8, by row) times `name|s`. Needs numpy and gguf of PyPI.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np

CONTEXT = 8192  # more than the model was fitted with: a verdict's form is all that is asked of it


def weights(folder: Path) -> dict[str, np.ndarray]:
    parts = {
        name: file[name] for path in sorted(folder.glob("*.npz")) for file in [np.load(path)] for name in file.files
    }
    whole = {name: array for name, array in parts.items() if "|" not in name}
    for name, array in parts.items():
        if name.endswith("|q"):
            whole[name[:-2]] = array.astype(np.float32) * parts[f"{name[:-2]}|s"]
    return whole


def by_chance(config: dict[str, int]) -> dict[str, np.ndarray]:
    """The weights of a model that knows nothing."""
    chance, wide, inner = np.random.default_rng(1), config["hidden_size"], config["intermediate_size"]
    shapes = {"model.embed_tokens.weight": (config["vocab_size"], wide), "model.norm.weight": (wide,)}
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        shapes |= {f"{at}self_attn.{one}_proj.weight": (wide, wide) for one in "qkvo"}
        shapes |= {f"{at}mlp.{one}_proj.weight": (inner, wide) for one in ("gate", "up")}
        shapes |= {f"{at}mlp.down_proj.weight": (wide, inner)}
        shapes |= {f"{at}{one}_layernorm.weight": (wide,) for one in ("input", "post_attention")}
    return {
        name: np.ones(shape, np.float32) if len(shape) == 1 else chance.normal(0, 0.02, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def turned(array: np.ndarray, heads: int) -> np.ndarray:
    """Queries and keys as llama.cpp turns them: pairs of neighbours instead of halves."""
    rows, columns = array.shape
    return array.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write(config: dict[str, int], tokenizer: dict[str, object], tensors: dict[str, np.ndarray], out: Path) -> None:
    heads, layers = config["num_attention_heads"], config["num_hidden_layers"]
    writer = gguf.GGUFWriter(str(out), "llama")
    writer.add_name("small")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(layers)
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads", heads))
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    _vocabulary(writer, tokenizer)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, layers)
    for name, array in tensors.items():
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            array = turned(array, heads)
        writer.add_tensor(names.get_name(name, (".weight",)), np.ascontiguousarray(array, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary(writer: gguf.GGUFWriter, tokenizer: dict[str, object]) -> None:
    model = tokenizer["model"]
    special = {each["id"] for each in tokenizer["added_tokens"]}
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    kinds = [gguf.TokenType.CONTROL if at in special else gguf.TokenType.NORMAL for at in range(len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)


def bytes_only() -> dict[str, object]:
    """A vocabulary of the 256 bytes, as byte-level BPE spells them, after two of its own."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelt = [chr(each) for each in seen] + [chr(256 + each) for each in range(256 - len(seen))]
    names = ["<pad>", "<eos>", *spelt, "ĠĠ"]  # llama.cpp wants at least one merge
    return {
        "model": {"vocab": {name: at for at, name in enumerate(names)}, "merges": [["Ġ", "Ġ"]]},
        "added_tokens": [{"id": 0}, {"id": 1}],
    }


def main(arguments: list[str]) -> None:
    *folders, out = map(Path, arguments)
    if folders:
        config, tokenizer = (json.loads((folders[0] / f"{name}.json").read_text()) for name in ("config", "tokenizer"))
        tensors = weights(folders[0])
    else:
        tokenizer = bytes_only()
        config = {
            "vocab_size": len(tokenizer["model"]["vocab"]), "hidden_size": 128, "intermediate_size": 256,
            "num_hidden_layers": 2, "num_attention_heads": 4,
        }  # fmt: skip
        tensors = by_chance(config)
    write(config, tokenizer, tensors, out)


if __name__ == "__main__":
    main(sys.argv[1:])
