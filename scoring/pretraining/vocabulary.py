"""A tokenizer of one's own: pairs of bytes that stand together often in real changes."""

from collections.abc import Iterable

from scoring.text.tokens import MARKERS, MASK, Tokens


def learn(texts: Iterable[str], size: int) -> Tokens:
    """A byte-level BPE of at most `size` tokens, our markers among them; any text has tokens."""
    from tokenizers import Tokenizer
    from tokenizers.decoders import ByteLevel as Decoder
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    made = Tokenizer(BPE())
    made.pre_tokenizer = ByteLevel(add_prefix_space=False)
    made.decoder = Decoder()
    trainer = BpeTrainer(
        vocab_size=size, special_tokens=[*MARKERS, MASK], initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    return Tokens(made.to_str())
