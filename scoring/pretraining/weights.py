"""Folders of weights: config.json, tokenizer.json, and safetensors, or npz with int8 by row (`name|q` times `name|s`).

Nothing is ever fetched, and no code of a folder is run.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scoring.errors import ScoringError
from scoring.text.tokens import Tokens, with_markers

SIZES = {  # width, layers, heads
    "tiny": (64, 2, 2), "small": (256, 4, 4), "medium": (384, 6, 6), "large": (512, 8, 8),
}  # fmt: skip


def offline() -> None:
    """Forbid transformers to ask anybody for anything; to be called before it is imported."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


def new_causal(tokens: Tokens, size: str, window: int, seed: int = 7) -> Any:
    """A Llama that knows nothing."""
    offline()
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    width, layers, heads = SIZES[size]
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokens), hidden_size=width, intermediate_size=_inner(width), num_hidden_layers=layers,
            num_attention_heads=heads, num_key_value_heads=heads, max_position_embeddings=2 * window,
            pad_token_id=tokens.pad, bos_token_id=tokens.end, eos_token_id=tokens.end, tie_word_embeddings=True,
        )
    )  # fmt: skip


def new_masked(tokens: Tokens, size: str, window: int, seed: int = 7) -> Any:
    """A RoBERTa that knows nothing."""
    offline()
    import torch
    from transformers import RobertaConfig, RobertaForMaskedLM

    width, layers, heads = SIZES[size]
    torch.manual_seed(seed)
    return RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=len(tokens), hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers,
            num_attention_heads=heads, max_position_embeddings=window + tokens.pad + 2, type_vocab_size=1,
            pad_token_id=tokens.pad, bos_token_id=tokens.open, eos_token_id=tokens.close,
        )
    )  # fmt: skip


def _inner(width: int) -> int:
    """Two thirds of four times the width, by 64: what gates in a Llama cost as much as without."""
    return -(-8 * width // 3 // 64) * 64


def read(folder: Path, *, causal: bool) -> tuple[Any, Tokens]:
    """The model in a folder with its tokenizer, which has our markers afterwards. Raises ScoringError."""
    offline()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

    try:
        plain = with_markers((folder / "tokenizer.json").read_text("utf-8"), () if causal else ("<mask>",))
        tokens = Tokens(plain)
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        config.dtype = torch.float32
        model = (AutoModelForCausalLM if causal else AutoModelForMaskedLM).from_config(config)
    except FileNotFoundError as error:
        raise ScoringError(
            f"{folder} holds no weights to start from: {Path(error.filename).name} is missing."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = "a causal model" if causal else "an encoder that was trained on masked tokens"
        raise ScoringError(f"{folder} holds no weights of {what}: {str(error).splitlines()[0]}") from error
    _fill(model, _tensors(folder), folder)
    if len(tokens) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokens))
    return model, tokens


def _fill(model: Any, tensors: Mapping[str, Any], folder: Path) -> None:
    known = model.state_dict()
    foreign = [name for name in tensors if name not in known or known[name].shape != tensors[name].shape]
    if foreign:
        raise ScoringError(f"The weights in {folder} do not fit its config.json: {', '.join(sorted(foreign)[:3])}.")
    absent = model.load_state_dict(dict(tensors), strict=False).missing_keys
    model.tie_weights()
    tied = {name for name, _ in model.named_parameters()}
    lost = [name for name in absent if name in tied]
    if lost:
        raise ScoringError(f"The weights in {folder} lack {', '.join(sorted(lost)[:3])}.")


def _tensors(folder: Path) -> dict[str, Any]:
    import torch
    from safetensors.torch import load_file

    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.safetensors")):
        found |= load_file(path)
    arrays: dict[str, Any] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            arrays |= {name: file[name] for name in file.files}
    for name, array in arrays.items():
        stem, _, part = name.partition("|")
        if not part:
            found[name] = torch.from_numpy(array.astype(np.float32))
        elif part == "q":
            found[stem] = torch.from_numpy(array.astype(np.float32) * arrays[f"{stem}|s"].astype(np.float32))
    if not found:
        raise ScoringError(f"{folder} holds no weights: neither *.safetensors nor *.npz.")
    return found


def write(folder: Path, model: Any, tokens: Tokens, about: Mapping[str, Any]) -> None:
    """Write a folder that `read` reads; `about` says what it was made of."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    own = {name for name, _ in model.named_parameters()} | {name for name, _ in model.named_buffers(recurse=True)}
    tensors = {
        name: tensor.detach().float().cpu().contiguous() for name, tensor in model.state_dict().items() if name in own
    }
    draft = folder / "model.safetensors.new"
    save_file(tensors, draft, {"format": "pt"})
    draft.replace(folder / "model.safetensors")
    (folder / "config.json").write_text(
        json.dumps(model.config.to_dict(), indent=1, sort_keys=True, default=str), "utf-8"
    )
    (folder / "tokenizer.json").write_text(tokens.plain, "utf-8")
    (folder / "training.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", "utf-8")
