"""What happened afterwards: each assessment is followed to its outcome, and models and gates are judged by that.

Association is no proof: who was held differs from who was not, by design.
"""
